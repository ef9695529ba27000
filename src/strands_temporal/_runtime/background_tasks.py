"""Runs the background tasks of an agent on the loop of its workflow.

Strands runs them on a loop of their own in a thread for the whole process, where nothing that a workflow does works,
and waits for them by polling. It has no place to give another loop. So what names it is replaced, once per process:
`_BackgroundTaskRuntime.run`, which brings every operation there; `is_run_async_bridge` of the task manager, by which
it knows that there is no loop to go back to for a tool; `_BackgroundTasks._await_next_settlement`, which polls; and
the ids and times of tasks, which the model is told. Outside of workflows all of them are as they were.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Sequence
from typing import Any

from temporalio import workflow

from .cancel_signal import listening
from .replayed_values import replayed_uuid4
from .wrapping import wrap

_PACKAGE = "strands.background_tasks"


def install() -> None:
    """Replace all of it; calling it again changes nothing."""
    runtime: Any = importlib.import_module(f"{_PACKAGE}._runtime")._BackgroundTaskRuntime
    wrap(runtime, "run", _run)
    plugin: Any = importlib.import_module(f"{_PACKAGE}._background_tasks")._BackgroundTasks
    wrap(plugin, "_await_next_settlement", _await_next_settlement)
    manager: Any = importlib.import_module(f"{_PACKAGE}.in_process._manager")
    wrap(manager, "is_run_async_bridge", _or_in_workflow)
    engine: Any = importlib.import_module(f"{_PACKAGE}.in_process._engine")
    engine.uuid4 = replayed_uuid4
    wrap(engine, "_timestamp", _timestamp)


def _run(original: Any) -> Any:
    async def run(self: Any, operation: Callable[[], Any]) -> Any:
        return await (self._invoke(operation) if workflow.in_workflow() else original(self, operation))

    return run


def _or_in_workflow(original: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: workflow.in_workflow() or original()


def _await_next_settlement(original: Any) -> Any:
    async def await_next_settlement(self: Any, tasks: Sequence[Any]) -> None:
        if not workflow.in_workflow():
            await original(self, tasks)
            return
        pending = [task["task_id"] for task in tasks if task["status"] not in ("completed", "failed", "cancelled")]
        if not pending or self._agent.cancel_signal.is_set():
            return
        cancelled = asyncio.get_running_loop().create_future()
        waiters: list[asyncio.Future[Any]] = [cancelled]
        try:
            for task_id in pending:  # one by one, for a workflow that is being evicted starts no tasks
                waiters.append(asyncio.ensure_future(self._manager.wait(task_id)))
            with listening(self._agent.cancel_signal, lambda: cancelled.done() or cancelled.set_result(None)):
                await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in waiters:
                waiter.cancel()
            await asyncio.gather(*waiters, return_exceptions=True)

    return await_next_settlement


def _timestamp(original: Callable[[], str]) -> Callable[[], str]:
    def timestamp() -> str:
        if not workflow.in_workflow():
            return original()
        return workflow.now().isoformat().replace("+00:00", "Z")

    return timestamp
