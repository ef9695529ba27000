"""A whole request as parts that cannot change and stay in one process: much less time to read than JSON."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from .request import ModelRequest

Frozen: TypeAlias = "tuple[str, str] | bytes"
"""A message: the role and the text of one that has no more, since a text is shared where bytes would be copied; of all
others the marshalled form."""


def freeze(message: Any, before: Any = None) -> Frozen:
    """Take a message as it is now.

    Args:
        message: The message.
        before: What is returned again if the message is still that; anything else is ignored.

    Returns:
        The message; no bytes if it holds something that is not one of Python's own types.
    """
    if (
        type(message) is dict
        and len(message) == 2
        and type(role := message.get("role")) is str
        and type(content := message.get("content")) is list
        and len(content) == 1
        and type(block := content[0]) is dict
        and len(block) == 1
        and type(text := block.get("text")) is str
    ):
        same = type(before) is tuple and before[1] is text and before[0] == role
        return before if same else (role, text)
    return marshalled(message)


def marshalled(value: Any) -> bytes:
    """The value's marshalled form; no bytes if it has none."""
    try:
        # Version 2 has no references, so equal values have equal bytes, whichever of their strings are shared.
        return marshal.dumps(value, 2)
    except ValueError:  # something that is not one of Python's own types
        return b""


class FrozenRequest(NamedTuple):
    """A request in parts that cannot change.

    Attributes:
        messages: Its messages.
        fields: Its other fields that are not empty, marshalled.
    """

    messages: Sequence[Frozen]
    fields: Mapping[str, bytes]

    def to_request(self) -> ModelRequest:
        """Read it for the model; every list and dict is new, since models may change what they are given."""
        fields: dict[str, Any] = {"model_name": None}
        fields.update((name, marshal.loads(data)) for name, data in self.fields.items())
        messages: list[Any] = [
            {"role": each[0], "content": [{"text": each[1]}]} if type(each) is tuple else marshal.loads(each)  # pyright: ignore[reportArgumentType]
            for each in self.messages
        ]
        return ModelRequest(**fields, messages=messages)

    def size(self) -> int:
        """Bytes of memory, about; a shared text counts for nothing, and its message has the length of a tuple."""
        return sum(map(len, self.messages)) + sum(map(len, self.fields.values()))
