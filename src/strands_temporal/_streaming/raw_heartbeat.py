"""Heartbeats that go past the SDK's own, and so learn at once that the running activity is to end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.client import AsyncActivityCancelledError
from temporalio.converter import ActivitySerializationContext
from temporalio.service import RPCError, RPCStatusCode

logger = logging.getLogger("strands_temporal")


class RawHeartbeat:
    """Heartbeats of the running activity; the SDK holds its own back for most of the heartbeat timeout."""

    def __init__(self, end_call: Callable[[], object]) -> None:
        """Prepare for the running activity.

        Args:
            end_call: Cancels what the activity does, which was cancelled or is of an attempt that the server has given
                up.
        """
        info = activity.info()
        assert info.workflow_id and info.workflow_type
        self._handle = (
            activity.client()
            .get_async_activity_handle(task_token=info.task_token)
            .with_context(
                ActivitySerializationContext(
                    namespace=info.namespace,
                    workflow_id=info.workflow_id,
                    workflow_type=info.workflow_type,
                    activity_type=info.activity_type,
                    activity_id=info.activity_id,
                    activity_task_queue=info.task_queue,
                    is_local=False,
                )
            )
        )
        self._end_call = end_call
        self._ended = False
        self._by_request = False
        self._has_warned = False

    async def beat(self, *details: Any) -> bool:
        """Make a heartbeat; without the details where the data converter fails in writing them.

        Returns:
            Whether the activity is to go on.
        """
        try:
            await self._handle.heartbeat(*details, rpc_timeout=timedelta(seconds=10))
        except AsyncActivityCancelledError as error:
            if error.details is not None and error.details.cancel_requested:
                return self._end(by_request=True)
            activity.heartbeat()  # paused or reset: the SDK does what is to be done when it hears it
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return self._end(by_request=False)
            logger.debug("error=<%s> | a heartbeat was not recorded", error)
        except Exception as error:
            if details:
                self._warn(error)
                return await self.beat()
            logger.debug("error=<%s> | a heartbeat was not recorded", error)
        return True

    async def leave_if_ended(self) -> None:
        """Leave the activity, where its cancellation is the doing of this heartbeat, and the SDK knows of none.

        The SDK would hear of it only by its own heartbeat; so it is told that the activity is completed elsewhere.
        """
        if not self._ended or activity.is_cancelled():
            return
        call = asyncio.current_task()
        getattr(call, "uncancel", int)()  # not in Python 3.10
        if self._by_request:
            try:
                await self._handle.report_cancellation()
            except RPCError as error:
                logger.debug("error=<%s> | a cancellation was not recorded", error)
        activity.raise_complete_async()

    def _warn(self, error: Exception) -> None:
        """Say what is wrong, once in an attempt."""
        if self._has_warned:
            return
        self._has_warned = True
        logger.warning(
            "activity_type=<%s>, activity_id=<%s>, error=<%s: %s> | a heartbeat's details could not be written; it is "
            "made without them, and the activity goes on. Mend the payload codec or converter of the worker's client",
            activity.info().activity_type,
            activity.info().activity_id,
            type(error).__name__,
            error,
        )

    def _end(self, *, by_request: bool) -> bool:
        self._ended, self._by_request = True, by_request
        self._end_call()
        return False
