"""Copies conversations faster than `copy.deepcopy`, which Strands calls on all messages twice for every model call.

Strands looks `deepcopy` up in the name `copy` of two of its modules, and offers no way to give it another one. That
name is replaced there, once per process; outside of workflows `copy.deepcopy` itself is called. Private part of Strands
used here: the local name `agent` of the function that copies an agent's messages.
"""

# pyright: reportPrivateUsage=false, reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
from __future__ import annotations

import copy
import importlib
import sys
from typing import Any

from temporalio import workflow

from .observers import has_model_middleware

_ATOMS = frozenset((str, int, float, bool, type(None), bytes))


class _NotPlainError(Exception):
    """The value has a part that only `copy.deepcopy` knows how to copy."""


def copy_plain(value: Any) -> Any:
    """A deep copy of a value made of JSON's types and bytes.

    It equals what `copy.deepcopy` returns: containers are fresh, and the parts that cannot change are shared. A value
    with any part of another type, or of a subclass, or nested without end, is given to `copy.deepcopy` as a whole.
    """
    try:
        return value if type(value) in _ATOMS else _copy(value)
    except (_NotPlainError, RecursionError):
        return copy.deepcopy(value)


def _copy(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        return {key: part if type(part) in _ATOMS else _copy(part) for key, part in value.items()}
    if kind is list:
        return [part if type(part) in _ATOMS else _copy(part) for part in value]
    raise _NotPlainError


class _Copy:
    """Stands for the `copy` module."""

    def deepcopy(self, value: Any, *memo: Any, **options: Any) -> Any:
        if memo or options or not workflow.in_workflow():
            return copy.deepcopy(value, *memo, **options)
        return self.copied(value)

    def copied(self, value: Any) -> Any:
        return copy_plain(value)

    def __getattr__(self, name: str) -> Any:
        return getattr(copy, name)


class CopyForMiddleware(_Copy):
    """Stands for it where Strands copies what it gives to the middleware of a model call.

    Without a middleware nobody but Strands itself has the copy of the messages, and it does not change them.
    """

    def copied(self, value: Any) -> Any:
        agent: Any = sys._getframe(2).f_locals.get("agent") if type(value) is list else None
        if agent is not None and value is agent.messages and not has_model_middleware(agent):
            return list(value)
        return copy_plain(value)


class CopyToNormalize(_Copy):
    """Stands for it where Strands copies these messages again, to put right what assistants said.

    Only what needs it is copied: a workflow's model reads messages and keeps none.
    """

    def copied(self, value: Any) -> Any:
        if type(value) is not list:
            return copy_plain(value)
        return [message if _stays(message) else copy_plain(message) for message in value]


def _stays(message: Any) -> bool:
    """Whether Strands surely leaves a message as it is: a user's, or an assistant's of text that is not blank."""
    if type(message) is not dict:
        return False
    if message.get("role") == "user":
        return True
    content = message.get("content")
    if not content or message.get("role") != "assistant":
        return False
    for block in content:
        text = block.get("text") if len(block) == 1 else None
        if type(text) is not str or not text or text.isspace():
            return False
    return True


MODULES = {
    "strands.event_loop.event_loop": CopyForMiddleware,
    "strands.event_loop.streaming": CopyToNormalize,
}
"""Where the name `copy` is replaced, and by what."""


def install() -> None:
    """Replace the name in each module; calling it again changes nothing."""
    for name, stand_in in MODULES.items():
        module: Any = importlib.import_module(name)
        if not isinstance(module.copy, _Copy):
            module.copy = stand_in()
