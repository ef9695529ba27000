"""Names the hook that an exception came from.

Strands says of an exception in a callback neither whose callback it is nor at which event. Both are local variables
of the two methods of `HookRegistry` that call callbacks, `callback` and `event`; they are read from the traceback, so a
run in which no hook fails pays nothing.
"""

from __future__ import annotations

from typing import Any

from strands.hooks import HookRegistry

_CALLERS = (HookRegistry.invoke_callbacks_async.__code__, HookRegistry.invoke_callbacks.__code__)


def failed_hook(error: BaseException) -> str | None:
    """The hook that raised an exception, like `hook 'Audit.record' on AfterToolCallEvent`; None if none did."""
    traceback = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code in _CALLERS and "callback" in frame.f_locals:
            callback: Any = frame.f_locals["callback"]
            name = getattr(callback, "__qualname__", None) or type(callback).__qualname__
            return f"hook {name.replace('<locals>.', '')!r} on {type(frame.f_locals['event']).__name__}"
        traceback = traceback.tb_next
    return None
