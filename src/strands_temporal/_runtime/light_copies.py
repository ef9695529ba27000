"""Copies conversations faster than `copy.deepcopy`, which Strands calls on all messages twice for every model call.

Strands looks `deepcopy` up in the name `copy` of two of its modules, and offers no way to give it another one. That
name is replaced there, once per process; outside of workflows `copy.deepcopy` itself is called.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
from __future__ import annotations

import copy
import importlib
from typing import Any

from temporalio import workflow

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


class CopyToNormalize(_Copy):
    """Stands for it where Strands copies the copied messages again, to put right what assistants said.

    Only their messages are changed there, and what a workflow's model gets it only reads.
    """

    def copied(self, value: Any) -> Any:
        if type(value) is not list:
            return copy_plain(value)
        return [
            message if type(message) is dict and message.get("role") == "user" else copy_plain(message)
            for message in value
        ]


MODULES = {
    "strands.event_loop.event_loop": _Copy,
    "strands.event_loop.streaming": CopyToNormalize,
}
"""Where the name `copy` is replaced, and by what."""


def install() -> None:
    """Replace the name in each module; calling it again changes nothing."""
    for name, stand_in in MODULES.items():
        module: Any = importlib.import_module(name)
        if not isinstance(module.copy, _Copy):
            module.copy = stand_in()
