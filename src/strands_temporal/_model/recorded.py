"""A request as the worker keeps it: rebuilt from an edit and the request it edits, and read for the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import codec, edits
from .reply_message import reply_message
from .request import FIELDS, ModelRequest
from .values import Value, read_all, request_digest


@dataclass(frozen=True)
class RecordedRequest:
    """A model request of version 2, whole; with the reply of its call once there is one.

    Attributes:
        messages: Its messages, and after the call the reply's.
        fields: Its other fields that are not empty.
    """

    messages: tuple[Value, ...] = ()
    fields: Mapping[str, Value] | None = None

    @staticmethod
    def rebuild(wire: Mapping[str, Any], base: RecordedRequest) -> RecordedRequest:
        """Carry out a request's edit.

        Args:
            wire: The request.
            base: The request that it edits, with its reply; an empty one where it edits none.

        Raises:
            ValueError: What comes out is not what was sent, by its digest.
        """
        messages = tuple(edits.apply(wire["messages"], base.messages, Value.of))
        fields = dict(base.fields or {})
        for name in FIELDS:
            if name in wire:
                fields.pop(name, None)
                if wire[name] is not None:
                    fields[name] = Value.of(wire[name])
        digest = request_digest(
            b"".join(each.digest for each in messages), {name: value.digest for name, value in fields.items()}
        )
        if digest != wire["digest"]:
            raise ValueError(
                f"The model request that edits the one of activity {wire.get('parent')!r} was not rebuilt as it was "
                f"sent: its digest is {digest}, and {wire['digest']} was sent. Please report this; no model was called."
            )
        return RecordedRequest(messages, fields)

    def with_reply(self, events: Any) -> RecordedRequest:
        """The request with the message that its reply's events make, if they make one."""
        message = reply_message(events)
        if message is None:
            return self
        return RecordedRequest((*self.messages, Value.of(codec.encode(message))), self.fields)

    def to_request(self) -> ModelRequest:
        """Read it for the model; every list and dict is new, since models may change what they are given."""
        names = list(self.fields or {})
        values = read_all([(self.fields or {})[name] for name in names])
        fields: dict[str, Any] = {"model_name": None, **dict(zip(names, values, strict=True))}
        return ModelRequest(**fields, messages=read_all(self.messages))

    def size(self) -> int:
        """Bytes of memory, about: the texts, and some 150 bytes for each with its digest."""
        return sum(len(value.data) + 150 for value in (*self.messages, *(self.fields or {}).values()))
