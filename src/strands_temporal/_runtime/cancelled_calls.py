"""Who cancelled what a workflow waits for: the one that waits, or somebody else."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.exceptions import FailureError, is_cancelled_exception


async def finished(call: Awaitable[Any], what: str) -> Any:
    """Wait for a child workflow or a Nexus operation, which fails alike whoever cancels it.

    Args:
        call: What to wait for; it is cancelled where the waiting task is.
        what: Its kind and name.

    Returns:
        Its result.

    Raises:
        asyncio.CancelledError: The waiting task was cancelled, and the call with it.
        FailureError: The call failed, or somebody else cancelled it.
    """
    cancelled_here: Callable[[], bool] = _task_is_cancelled
    if sys.version_info < (3, 11):
        call = _HandedOn(call)
        cancelled_here = call.is_cancelled
    try:
        return await call
    except FailureError as error:
        if is_cancelled_exception(error) and cancelled_here():
            raise asyncio.CancelledError(f"{what} cancelled") from error
        raise


def times_cancelled() -> int:
    """How often the running task was cancelled; more than once where a workflow goes on after its cancellation.

    Python 3.10 does not tell; there it is 0.
    """
    task: Any = asyncio.current_task()
    return getattr(task, "cancelling", int)()


def _task_is_cancelled() -> bool:
    return times_cancelled() > 0


class _HandedOn(asyncio.Future[Any]):
    """The outcome of a call, to which it hands on its own cancellation: Python 3.10 does not count that of a task."""

    def __init__(self, call: Awaitable[Any]) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._handed_on = False
        self._call = asyncio.ensure_future(call)
        self._call.add_done_callback(self._end)

    def is_cancelled(self) -> bool:
        """Whether it was told to cancel, whatever the outcome."""
        return self._handed_on

    def cancel(self, msg: Any = None) -> bool:
        """Cancel the call; its end is that of this future."""
        self._handed_on = True
        return self._call.cancel(msg)

    def _end(self, call: asyncio.Future[Any]) -> None:
        if call.cancelled():
            super().cancel()
        elif error := call.exception():
            self.set_exception(error)
        else:
            self.set_result(call.result())
