"""A cancellation signal that ends the model call in flight, where Strands would poll for it with timers.

A signal is a `threading.Event`, an agent's own or its caller's, and has no way to tell that it was set. So it gets a
`set` of its own for as long as someone listens. A timer would be five events of the history, twenty times a second.

Private names of Strands used here: `Agent._start_cancel_watcher`, which polls a caller's event to set the agent's own,
`Agent._cancel_signal`. The first is wrapped, once per process, for sub-agents may be plain agents too; outside of
workflows it is as it was.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import Any

from strands import Agent
from temporalio import workflow

from .._model.patches import CANCEL
from .wrapping import wrap


@contextmanager
def listening(event: threading.Event, listener: Callable[[], object]) -> Generator[None, None, None]:
    """Call `listener` when the event is set, at once and on the thread that sets it, as long as the context is open.

    Any number may listen to one event, and stop in any order.
    """
    attributes = vars(event)
    teller = attributes.get("set")
    if not isinstance(teller, _Teller):
        attributes["set"] = teller = _Teller(event)
    teller.listeners.append(listener)
    try:
        yield
    finally:
        teller.listeners.remove(listener)
        if not teller.listeners and attributes.get("set") is teller:
            teller.restore(attributes)


class _Teller:
    """The `set` of an event that someone listens to."""

    def __init__(self, event: threading.Event) -> None:
        self.listeners: list[Callable[[], object]] = []
        self._set = event.set
        self._is_the_users = "set" in vars(event)

    def __call__(self) -> None:
        self._set()
        for listener in list(self.listeners):
            listener()

    def restore(self, attributes: dict[str, object]) -> None:
        """Put back what was there before."""
        if self._is_the_users:
            attributes["set"] = self._set
        else:
            del attributes["set"]


class Mirror:
    """Sets an agent's own signal as soon as a caller's is set, in the place of Strands' watching task."""

    def __init__(self, external: threading.Event, internal: threading.Event) -> None:
        """Begin."""
        self._open = ExitStack()
        # Looked up when it is called, for who listens to the agent's signal changes its `set` too.
        self._open.enter_context(listening(external, lambda: internal.set()))

    def cancel(self) -> None:
        """End, as Strands ends its task."""
        self._open.close()


def install() -> None:
    """Wrap the method; calling it again changes nothing."""
    wrap(Agent, "_start_cancel_watcher", _mirroring)


def _mirroring(original: Any) -> Any:
    def start_cancel_watcher(self: Agent, cancel_signal: threading.Event | None) -> Any:
        if cancel_signal is None or cancel_signal.is_set():
            return original(self, cancel_signal)
        if not workflow.in_workflow() or not workflow.patched(CANCEL):
            return original(self, cancel_signal)
        return Mirror(cancel_signal, self._cancel_signal)

    return start_cancel_watcher
