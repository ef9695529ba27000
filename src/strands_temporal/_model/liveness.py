"""Keeps a model call's heartbeat, and ends a call whose stream has gone silent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import timedelta

from temporalio import activity

STREAM_IDLE_TIMEOUT = timedelta(minutes=5)
"""How long a model may be silent, where the user sets nothing else. Long, for some models think without a word."""


class StreamIdleError(TimeoutError):
    """The model's stream has been silent for too long; its connection may be half open. The call is tried again."""


class Liveness:
    """What is known of one call: when its stream last gave something."""

    def __init__(self, idle: timedelta | None) -> None:
        """Begin to watch.

        Args:
            idle: How long the stream may be silent; None for any time.
        """
        self._idle = None if idle is None else idle.total_seconds()
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()

    def progress(self) -> None:
        """Note that the stream gave something."""
        self._last = self._loop.time()

    @contextlib.asynccontextmanager
    async def supervise(self) -> AsyncGenerator[None, None]:
        """Run the call inside of this.

        Raises:
            StreamIdleError: The stream has been silent for too long.
            RuntimeError: A heartbeat failed, so the server will take the attempt for lost.
        """
        heartbeat = activity.info().heartbeat_timeout
        intervals: list[float] = []
        if heartbeat is not None:
            intervals.append(heartbeat.total_seconds() / 3)
        if self._idle is not None:
            intervals.append(self._idle / 4)
        if not intervals:
            yield
            return
        call = asyncio.current_task()
        assert call is not None

        async def watch() -> None:
            while True:
                await asyncio.sleep(min(intervals))
                if heartbeat is not None:
                    activity.heartbeat()
                if self._idle is not None and self._loop.time() - self._last > self._idle:
                    raise StreamIdleError(f"the model's stream gave nothing for {self._idle:g} s")

        def stopped(task: asyncio.Task[None]) -> None:
            if not task.cancelled():
                call.cancel()

        watching = asyncio.create_task(watch())
        watching.add_done_callback(stopped)
        try:
            yield
        except asyncio.CancelledError:
            error = watching.exception() if watching.done() and not watching.cancelled() else None
            if isinstance(error, StreamIdleError):
                raise error from None
            if error is not None:
                raise RuntimeError("The heartbeat of the model call failed") from error
            raise
        finally:
            watching.remove_done_callback(stopped)
            watching.cancel()
