"""A request as the worker keeps it: rebuilt by edits of earlier ones, and read for the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import codec, edits
from .frozen import FrozenRequest
from .packed import unpack
from .reply_message import reply_message
from .request import FIELDS, PACKED, ModelRequest, RecordedDigests
from .values import Value, request_digest


@dataclass(frozen=True)
class RecordedRequest:
    """A model request of version 2, whole; with the reply of its call once there is one.

    Attributes:
        messages: Its messages, and after the call the reply's.
        fields: Its other fields that are not empty.
    """

    messages: tuple[Value, ...] = ()
    fields: Mapping[str, Value] | None = None

    def rebuild(self, wire: Mapping[str, Any]) -> RecordedRequest:
        """Carry out a request's edit of this request, and see that what was sent comes out.

        Args:
            wire: The request.

        Raises:
            ValueError: Something else comes out, by its digest.
        """
        request = self.edited(wire)
        digests = request.digests()
        digest = request_digest(digests.messages, digests.fields)
        if digest != wire["digest"]:
            raise ValueError(
                f"The model request that edits the one of activity {wire.get('parent')!r} was not rebuilt as it was "
                f"sent: its digest is {digest}, and {wire['digest']} was sent. Please report this; no model was called."
            )
        return request

    def edited(self, wire: Mapping[str, Any]) -> RecordedRequest:
        """The same without a check, for the earlier edits of many: the check of the last holds for all."""
        steps = unpack(wire[PACKED]) if PACKED in wire else wire["messages"]
        messages = tuple(edits.apply(steps, self.messages, Value))
        fields = dict(self.fields or {})
        for name in FIELDS:
            if name in wire:
                fields.pop(name, None)
                if wire[name] is not None:
                    fields[name] = Value(wire[name])
        return RecordedRequest(messages, fields)

    def digests(self) -> RecordedDigests:
        """The digests of all its parts."""
        fields = self.fields or {}
        return RecordedDigests(
            b"".join(each.digest for each in self.messages), {name: value.digest for name, value in fields.items()}
        )

    def with_reply(self, events: Any) -> RecordedRequest:
        """The request with the message that its reply's events make, if they make one."""
        message = reply_message(events)
        if message is None:
            return self
        return RecordedRequest((*self.messages, Value(codec.encode(message))), self.fields)

    def to_request(self) -> ModelRequest:
        """Read it for the model."""
        fields = {name: value.data for name, value in (self.fields or {}).items()}
        return FrozenRequest([value.data for value in self.messages], fields).to_request()

    def size(self) -> int:
        """Bytes of memory, about: the texts, and some 150 bytes for each with its digest."""
        return sum(len(value.data) + 150 for value in (*self.messages, *(self.fields or {}).values()))
