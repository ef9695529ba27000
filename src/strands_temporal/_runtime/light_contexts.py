"""What a workflow's payloads belong to, told without entering the workflow's sandbox for each of them.

Private names of temporalio used here: the two methods by which a worker asks an instance for the context of a payload.
It asks at least twice for each, and each time the sandbox compiles two lines and runs them behind its import overrides.
What they call, the instance inside, is the event loop of the workflow; it gives a dataclass made of what it knows, for
which it needs no sandbox.
"""

from __future__ import annotations

from typing import Any

METHODS = ("get_serialization_context", "get_external_store_context")


def answer_outside_the_sandbox(sandboxed: Any, loop: Any) -> None:
    """Let a workflow's event loop answer for the sandbox around it.

    Args:
        sandboxed: The instance that the worker asks; the loop itself where there is no sandbox.
        loop: The workflow's event loop.
    """
    if sandboxed is not loop:
        for name in METHODS:
            setattr(sandboxed, name, getattr(loop, name))
