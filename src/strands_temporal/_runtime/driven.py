"""A coroutine whose steps run on a thread, so that sync code in any of its frames may wait for async code."""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import contextvars
import logging
import threading
from asyncio import Task, _set_running_loop
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from .sandbox import DeadlockWatch
from .threads import StepThreads

logger = logging.getLogger("strands_temporal")

SLOW_STEP_SECONDS = 1.0
"""When a step is reported as slow; Temporal's deadlock detector fails the workflow task after 2 seconds."""


class StepOwner(Protocol):
    """The workflow that a coroutine's steps belong to."""

    loop: Any
    threads: StepThreads
    watch: DeadlockWatch
    running: Driven | None

    def enter_sandbox(self) -> None:
        """Put the workflow's sandbox in force on the calling thread."""

    def slow_step_message(self, coroutine: Any) -> str:
        """The warning for a step that takes long."""
        ...


class Driven(Coroutine[Any, Any, Any]):
    """Behaves as the coroutine it wraps.

    A step that finishes or awaits does so as usual. A step whose sync code waits for a coroutine yields that
    coroutine's task to the loop, as `await` would, while its thread stays where it is, in the middle of the stack,
    until the loop sends the outcome. On eviction or cancellation the outcome is a CancelledError, raised where the
    sync code waits, so that it unwinds and its thread ends.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Any], bridge: StepOwner) -> None:
        self._coroutine = coroutine
        self._bridge = bridge
        # Entered for every step on its thread; a copy per step would break the resets of tokens.
        self._context: contextvars.Context | None = None
        self._to_loop = threading.Lock()  # released by the step's thread: the step has ended or is parked
        self._to_loop.acquire()
        self._to_thread = threading.Lock()  # released by the workflow thread: a parked step goes on
        self._to_thread.acquire()
        self._waiting_for: Task[Any] | None = None
        self._thrown: BaseException | None = None
        self._value: Any = None
        self._error: BaseException | None = None

    def send(self, value: Any) -> Any:
        return self._step(lambda: self._coroutine.send(value), None)

    def throw(self, typ: Any, val: Any = None, tb: Any = None) -> Any:
        error = typ if isinstance(typ, BaseException) else val if isinstance(val, BaseException) else typ()
        return self._step(lambda: self._coroutine.throw(error), error)

    def close(self) -> None:
        if self._waiting_for is None:
            self._coroutine.close()

    def __await__(self) -> Any:
        return self

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def __getattr__(self, name: str) -> Any:
        # cr_frame, cr_await, cr_code, cr_running, __qualname__: stack traces and the repr of a task read them.
        return getattr(self._coroutine, name)

    # On the workflow thread

    def _step(self, method: Callable[[], Any], thrown: BaseException | None) -> Any:
        bridge = self._bridge
        if self._context is None:
            self._context = contextvars.copy_context()
        outer, bridge.running = bridge.running, self
        bridge.watch.show(None)  # until the other thread shows itself, nobody is to be interrupted
        try:
            if self._waiting_for is not None:
                if thrown is not None and not self._waiting_for.done():
                    self._waiting_for.cancel()
                self._waiting_for, self._thrown = None, thrown
                self._to_thread.release()
            else:
                bridge.threads.run(lambda: self._run(method))
            if not self._to_loop.acquire(timeout=SLOW_STEP_SECONDS):
                logger.warning(bridge.slow_step_message(self._coroutine))
                self._to_loop.acquire()
        finally:
            # This thread is not shown again: an interrupt between two steps would hit the loop itself, which then
            # loses a task and can never be evicted.
            bridge.running = outer
        if self._waiting_for is not None:
            self._waiting_for._asyncio_future_blocking = True  # how a future tells its task that it is awaited
            return self._waiting_for
        value, error, self._value, self._error = self._value, self._error, None, None
        if error is not None:
            raise error
        return value

    # On the thread of a step

    def _run(self, method: Callable[[], Any]) -> Callable[[], None]:
        assert self._context is not None
        try:
            self._enter_thread()
            self._value = self._context.run(method)
        except BaseException as error:
            self._error = error
        self._bridge.watch.show(None)
        _set_running_loop(None)
        return self._to_loop.release

    def _enter_thread(self) -> None:
        bridge = self._bridge
        bridge.enter_sandbox()
        bridge.watch.show(threading.get_ident())
        _set_running_loop(bridge.loop)

    def wait_for(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Park the thread until the loop has run the coroutine as a task of its own; return or raise its outcome."""
        try:
            task = self._bridge.loop.create_task(coroutine)
        except BaseException:
            coroutine.close()
            raise
        self._waiting_for = task
        self._bridge.watch.show(None)
        self._to_loop.release()
        self._to_thread.acquire()
        self._bridge.watch.show(threading.get_ident())
        thrown, self._thrown = self._thrown, None
        if thrown is not None:
            raise thrown
        return task.result()
