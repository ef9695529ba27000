"""Signals to a workflow's stream from one attempt of an activity: in their order, each taken once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.workflow_streams import PublishEntry, PublishInput
from temporalio.service import RPCError, RPCStatusCode

from .._runtime.hosted_stream import PUBLISH_SIGNAL, entry

logger = logging.getLogger("strands_temporal")

MAX_SIGNAL_BYTES = 512 * 1024
"""Bytes of one signal: well below the server's limit for a payload, with room for a codec."""

_PATIENCE_SECONDS = 60.0
_PASSING = frozenset(
    {
        RPCStatusCode.ABORTED,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.UNKNOWN,
    }
)


def publisher_id(run_id: str, activity_id: str) -> str:
    """The publisher of an activity: the same for all its attempts, and another in each run."""
    return f"{run_id[-12:]}-{activity_id}"


class Signals:
    """What the running activity sends to a topic of its workflow's stream."""

    def __init__(self, topic: str) -> None:
        """Prepare for the running activity."""
        info = activity.info()
        assert info.workflow_id and info.workflow_run_id
        self._topic = topic
        client: Client = activity.client()
        self._converter = client.data_converter.payload_converter
        # Of this run: what an abandoned call says is not for the run after continue-as-new.
        self._handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(
            info.workflow_id, run_id=info.workflow_run_id
        )
        self._id = publisher_id(info.workflow_run_id, info.activity_id)
        # An attempt's numbers are higher than those of the one before, and the stream takes none that is lower than the
        # last it took: so it drops what an attempt still sends that the server has given up. Not by the number of the
        # attempt, which begins anew when somebody resets the activity.
        self._sequence = int(info.started_time.timestamp() * 1000) * 1000

    def entry(self, item: Any) -> PublishEntry:
        """One item as it is sent."""
        return entry(self._converter, self._topic, item)

    async def send(self, entries: Sequence[PublishEntry]) -> None:
        """Send one signal.

        Raises:
            RPCError: The workflow cannot be reached any more.
        """
        self._sequence += 1
        batch = PublishInput(items=list(entries), publisher_id=self._id, sequence=self._sequence)
        loop = asyncio.get_running_loop()
        give_up = loop.time() + _PATIENCE_SECONDS
        delay = 0.1
        while True:
            try:
                # A batch that got there after all is known by its sequence number when it comes again.
                return await self._handle.signal(PUBLISH_SIGNAL, batch)
            except RPCError as error:
                if error.status not in _PASSING or loop.time() > give_up:
                    raise
                logger.debug("error=<%s> | a batch of stream events is sent again", error)
                await asyncio.sleep(delay)
                delay = min(2 * delay, 5.0)
