"""What the demo puts around every activity of a worker: the step log, and a step that is held open for the kill."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, NoReturn

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from .steplog import StepLog


class StepInterceptor(Interceptor):
    """Logs model and tool calls alike, for both are activities."""

    def __init__(self, log: StepLog, worker: str, hold: str | None) -> None:
        """Create the interceptor of one worker.

        Args:
            log: Where to write.
            worker: The worker's name.
            hold: `count_lines:3` holds open the third count_lines that this worker starts; None holds none.
        """
        self.log = log
        self.worker = worker
        self._hold = hold
        self._started: Counter[str] = Counter()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """See base class."""
        return _Inbound(next, self)

    def is_to_hold(self, kind: str) -> bool:
        """Count a step of this kind; whether it is the one to hold."""
        self._started[kind] += 1
        return self._hold == f"{kind}:{self._started[kind]}"


class _Inbound(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, interceptor: StepInterceptor) -> None:
        super().__init__(next)
        self._interceptor = interceptor

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        hold = self._interceptor.is_to_hold(activity.info().activity_type)
        self._write("started")
        try:
            result = await super().execute_activity(input)
        except BaseException:
            self._write("failed")
            raise
        if hold:
            self._write("held")
            await _wait_for_the_kill()
        self._write("completed")
        return result

    def _write(self, event: str) -> None:
        info = activity.info()
        self._interceptor.log.write(info.activity_id, info.activity_type, info.attempt, self._interceptor.worker, event)


async def _wait_for_the_kill() -> NoReturn:
    """Hold this step open at the worst moment: its work is done, and nobody knows it yet.

    The demo's parent process sees `held` in the step log and kills this process, so the kill lands here and nowhere
    else, without a guess at how long anything takes. Until then the server hears that the step is alive.
    """
    # From the event loop, as the tools and the model activity are all async; a sync activity beats from its thread.
    while True:
        activity.heartbeat()
        await asyncio.sleep(0.2)
