"""Keeps a call's heartbeat, and ends a model call whose stream has gone silent."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta

from temporalio import activity

STREAM_IDLE_TIMEOUT = timedelta(minutes=5)
"""How long a model may be silent, where the user sets nothing else. Long, for some models think without a word."""


class StreamIdleError(TimeoutError):
    """The model's stream has been silent for too long; its connection may be half open. The call is tried again."""


class Liveness:
    """What is known of one call: when its model last gave something, and whether it is to end."""

    def __init__(self, idle: timedelta | None, *, what: str = "model call") -> None:
        """Begin to watch.

        Args:
            idle: How long the model may be silent; None for any time.
            what: What is called, for error messages.
        """
        self.stop = threading.Event()
        """Set as soon as the call is to end, so that a model can end what it does on a thread."""
        self.beat: Callable[[], None] = lambda: activity.heartbeat()
        """Makes a heartbeat."""
        self._what = what
        self._idle = None if idle is None else idle.total_seconds()
        self._silent = 0.0

    def progress(self) -> None:
        """Note that the model gave something."""
        self._silent = 0.0

    @contextlib.asynccontextmanager
    async def supervise(self) -> AsyncGenerator[None, None]:
        """Run the call inside of this.

        Raises:
            StreamIdleError: The model has been silent for too long.
            RuntimeError: A heartbeat failed, so the server will take the attempt for lost.
        """
        call = asyncio.current_task()
        assert call is not None
        over = False

        def end(watch: asyncio.Task[None]) -> None:
            if not watch.cancelled() and watch.exception() is not None and not over:
                self.stop.set()
                call.cancel()

        watch = asyncio.create_task(self._watch())
        watch.add_done_callback(end)
        # Before the call itself is cancelled: a model may then wait for its thread, which waits for the signal.
        stopping = asyncio.create_task(self._stop_when_cancelled())
        try:
            yield
        except asyncio.CancelledError:
            error = watch.exception() if watch.done() and not watch.cancelled() else None
            if error is None:
                raise
            getattr(call, "uncancel", int)()  # it was not the task that somebody wanted to end; not in Python 3.10
            if isinstance(error, StreamIdleError):
                raise error from None
            raise RuntimeError(f"The heartbeat of the {self._what} failed") from error
        finally:
            over = True  # a watch that has just failed must not cancel what the task does after
            self.stop.set()
            watch.cancel()
            stopping.cancel()

    async def _watch(self) -> None:
        heartbeat = activity.info().heartbeat_timeout
        intervals: list[float] = []
        if heartbeat is not None:
            intervals.append(heartbeat.total_seconds() / 3)
        if self._idle is not None:
            intervals.append(self._idle / 4)
        while intervals:
            interval = min(intervals)
            await asyncio.sleep(interval)
            if heartbeat is not None:
                self.beat()
            # Not by the clock: while the worker's loop is held up, what the model gave may wait to be read. The first
            # interval does not count, for the model may have given something in the middle of it.
            self._silent += interval
            if self._idle is not None and self._silent >= self._idle + interval:
                raise StreamIdleError(f"the model gave nothing for {self._idle:g} s")

    async def _stop_when_cancelled(self) -> None:
        await activity.wait_for_cancelled()
        self.stop.set()
