"""Threads that run one step of workflow code at a time while the workflow thread waits."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from typing import TypeAlias

Step: TypeAlias = "Callable[[], Callable[[], None]]"

IDLE_LIMIT = 16
"""Idle threads a worker keeps, for a step takes an idle thread in a fraction of the time that a new one takes."""


class StepThreads:
    """The threads of one worker; a thread is held only for the length of a step, or while its code is parked."""

    def __init__(self) -> None:
        self._idle: list[_StepThread] = []
        self._lock = threading.Lock()
        self._closed = False
        self._to_start: queue.SimpleQueue[_StepThread | None] = queue.SimpleQueue()
        self._starter: threading.Thread | None = None

    def run(self, step: Step) -> None:
        """Start `step` on a thread and return at once.

        Args:
            step: Called on the thread. What it returns is called last of all, when the thread is idle again: it
                tells the workflow thread, which may then reuse this thread for its next step.
        """
        with self._lock:
            thread = self._idle.pop() if self._idle else None
        if thread is None:
            self.open()
            thread = _StepThread(self)
            thread.give(step)
            self._to_start.put(thread)
        else:
            thread.give(step)

    def open(self) -> None:
        """Start what starts the threads; calling it again changes nothing.

        A workflow thread must not start threads itself: until a new thread runs, CPython knows it by the identifier
        of the one that starts it, so an interrupt by Temporal's deadlock detector could hit, and end, the new one.
        """
        with self._lock:
            if self._starter is None:
                self._starter = threading.Thread(
                    target=self._start_threads, name="strands-temporal-starter", daemon=True
                )
                self._starter.start()

    def _start_threads(self) -> None:
        while (thread := self._to_start.get()) is not None:
            thread.start()

    def keep(self, thread: _StepThread) -> bool:
        """Whether the thread may wait for another step; if not, it ends."""
        with self._lock:
            if self._closed or len(self._idle) >= IDLE_LIMIT:
                return False
            self._idle.append(thread)
            return True

    def close(self) -> None:
        """End the idle threads; one that is in a step ends with it."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            starter, self._starter = self._starter, None
        for thread in idle:
            thread.give(None)
        for thread in idle:
            thread.join()
        if starter is not None:
            self._to_start.put(None)
            starter.join()


class _StepThread(threading.Thread):
    def __init__(self, pool: StepThreads) -> None:
        # A daemon, because code parked for ever in a worker that was never shut down must not keep Python alive.
        super().__init__(name="strands-temporal-step", daemon=True)
        self._pool = pool
        self._wake = threading.Lock()
        self._wake.acquire()
        self._step: Step | None = None

    def give(self, step: Step | None) -> None:
        self._step = step
        self._wake.release()

    def run(self) -> None:
        kept = True
        while kept:
            with contextlib.suppress(BaseException):  # an interrupt that was meant for the step before, and came late
                self._wake.acquire()
            step, self._step = self._step, None
            if step is None:
                return
            done = step()
            del step
            kept = self._pool.keep(self)
            done()
            del done
