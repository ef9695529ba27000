"""Lets the sync API of Strands wait on the workflow's loop.

Strands turns every sync call (`agent("...")`, `graph("...")`, `agent.tool.x()`, plugin initialisers, ...) into async by
one private function, `strands._async.run_async`, which runs `asyncio.run` on a thread of a `ThreadPoolExecutor`. Its
callers hold the function itself, so the two names it looks up in its own module are replaced, once per process:
nothing changes for a caller that is not in a workflow with a bridge.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import strands._async

from .bridge import SyncBridge

T = TypeVar("T")


class _Executor:
    """Stands for `ThreadPoolExecutor`: in a workflow, the function runs at once on the thread that submits it."""

    def __enter__(self) -> Any:
        if SyncBridge.current() is None:
            self._real = concurrent.futures.ThreadPoolExecutor()
            return self._real.__enter__()
        self._real = None
        return self

    def __exit__(self, *exc_info: Any) -> None:
        if self._real is not None:
            self._real.__exit__(*exc_info)

    def submit(self, func: Callable[..., T], *args: Any) -> concurrent.futures.Future[T]:
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        # Not as the future's exception: a CancelledError must unwind the caller as itself.
        future.set_result(func(*args))
        return future


class _Asyncio:
    """Stands for the `asyncio` module, of which `run_async` uses `run`."""

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        bridge = SyncBridge.current()
        return asyncio.run(coroutine) if bridge is None else bridge.wait_for(coroutine)

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


def run_sync(function: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Wait for a coroutine, as Strands' own sync calls do."""
    return strands._async.run_async(function)


def install() -> None:
    """Replace the two names; calling it again changes nothing."""
    module: Any = strands._async
    if not isinstance(module.asyncio, _Asyncio):
        module.asyncio = _Asyncio()
        module.ThreadPoolExecutor = _Executor
