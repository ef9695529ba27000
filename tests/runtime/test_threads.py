"""The threads of steps: reuse, end, and interrupts that come too late."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any

from strands_temporal._runtime.threads import IDLE_LIMIT, StepThreads

LIMIT = 10.0


def run(threads: StepThreads, function: Callable[[], Any]) -> Any:
    """One step, waited for as the workflow thread does."""
    result: list[Any] = []
    done = threading.Event()

    def step() -> Callable[[], Any]:
        result.append(function())
        return done.set

    threads.run(step)
    assert done.wait(LIMIT)
    return result[0]


def test_a_thread_is_reused() -> None:
    threads = StepThreads()
    assert len({run(threads, threading.get_ident) for _ in range(20)}) == 1
    threads.close()


def test_an_interrupt_that_comes_too_late_does_no_harm() -> None:
    """Temporal's deadlock detector raises in a thread by its identifier; the step may have ended since."""
    threads = StepThreads()
    ident = run(threads, threading.get_ident)
    interrupt = ctypes.py_object(KeyboardInterrupt)
    assert ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), interrupt) == 1
    assert run(threads, threading.get_ident) == ident
    threads.close()


def test_parked_threads_make_room_and_all_end() -> None:
    threads = StepThreads()
    before = threading.active_count()
    release, ended = threading.Event(), threading.Barrier(IDLE_LIMIT + 9)
    for _ in range(IDLE_LIMIT + 8):
        parked = threading.Event()

        def step(parked: threading.Event = parked) -> Callable[[], Any]:
            parked.set()
            assert release.wait(LIMIT)
            return ended.wait

        threads.run(step)
        assert parked.wait(LIMIT)
    assert run(threads, lambda: "not kept from running") == "not kept from running"
    release.set()
    ended.wait(LIMIT)
    threads.close()
    for thread in threading.enumerate():
        if thread.name.startswith("strands-temporal"):
            thread.join(LIMIT)
    assert threading.active_count() <= before
