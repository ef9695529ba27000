"""A cancellation signal that ends the model call in flight, where Strands would poll for it with timers.

Private names of Strands used here: `Agent._cancel_signal`, the event that `Agent.cancel` sets, and
`Agent._start_cancel_watcher`, which mirrors a caller's own event by polling. A timer is five events of the history.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any


class CancelSignal(threading.Event):
    """An event that tells who listens, at once and on the thread that sets it."""

    def __init__(self) -> None:
        """Create the event, not set."""
        super().__init__()
        self._listeners: list[Callable[[], object]] = []

    def set(self) -> None:
        """See base class."""
        super().set()
        for listener in list(self._listeners):
            listener()

    @contextmanager
    def listening(self, listener: Callable[[], object]) -> Generator[None, None, None]:
        """Call `listener` when the event is set, as long as the context is open."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)


class Mirror:
    """Sets an agent's own signal as soon as a caller's event is set, until it is cancelled."""

    def __init__(self, external: Any, internal: threading.Event) -> None:
        """Begin; the caller's event gets a `set` of its own, for an event has no other way to tell."""
        self._external = external
        self._set = external.set

        def set_both() -> None:
            self._set()
            internal.set()

        external.set = set_both

    def cancel(self) -> None:
        """End, as Strands ends the task that this stands for."""
        self._external.set = self._set
