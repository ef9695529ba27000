"""The digests of a request's parts, found without writing again what has not changed since the request before."""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from . import codec
from .values import DIGEST_BYTES, canonical, digest

_NO_MARK = bytes(DIGEST_BYTES)


@dataclass(frozen=True)
class New:
    """A part that the request before did not have.

    Attributes:
        encoded: The part as JSON values.
        size: Bytes of its JSON text.
    """

    encoded: Any
    size: int


@dataclass(frozen=True)
class Digested:
    """The digests of one request.

    A digest is made of canonical JSON, which is slow to write. So each part also has a mark, made of its marshalled
    form: equal marks mean equal parts, in this process. A conversation that has only grown is known by one mark.

    Attributes:
        messages: Digests of the messages, one after the other.
        fields: Digests of the other fields that are not empty.
    """

    messages: bytes = b""
    fields: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    _marks: bytes = b""
    _field_marks: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    _all: bytes | None = None

    @staticmethod
    def of(
        messages: Sequence[Any], fields: Mapping[str, Any], before: Digested
    ) -> tuple[Digested, dict[int, New], dict[str, New]]:
        """Find the digests of a request.

        Args:
            messages: The request's messages.
            fields: The request's other fields that are not empty.
            before: An earlier request, most often of the same conversation.

        Returns:
            The digests; the messages by their index, and the fields by their name, that had to be written for it.

        Raises:
            TypeError: A part holds something that cannot be written.
        """
        digests, marks = bytearray(), bytearray()
        if before._all is not None and before._all == _mark_of_all(messages[: len(before.messages) // DIGEST_BYTES]):
            digests += before.messages
            marks += before._marks
            by_mark: dict[bytes, bytes] = {}
        else:
            by_mark = dict(zip(split(before._marks), split(before.messages), strict=True))
        new: dict[int, New] = {}
        for index in range(len(digests) // DIGEST_BYTES, len(messages)):
            mark = _mark(messages[index])
            known = by_mark.get(mark) if mark != _NO_MARK else None
            if known is None:
                known, new[index] = _write(messages[index])
            digests += known
            marks += mark
        new_fields: dict[str, New] = {}
        field_digests: dict[str, bytes] = {}
        field_marks = {name: _mark(value) for name, value in fields.items()}
        for name, value in fields.items():
            if field_marks[name] != _NO_MARK and field_marks[name] == before._field_marks.get(name):
                field_digests[name] = before.fields[name]
            else:
                field_digests[name], new_fields[name] = _write(value)
        found = Digested(bytes(digests), field_digests, bytes(marks), field_marks, _mark_of_all(messages))
        return found, new, new_fields


def split(digests: bytes) -> list[bytes]:
    """Take digests that stand one after the other apart."""
    return [digests[start : start + DIGEST_BYTES] for start in range(0, len(digests), DIGEST_BYTES)]


def _write(value: Any) -> tuple[bytes, New]:
    encoded = codec.encode(value)
    text = canonical(encoded)
    return digest(text), New(encoded, len(text))


def _mark(value: Any) -> bytes:
    try:
        # Version 2 has no references, so equal values have equal bytes, whichever of their strings are shared.
        return blake2b(marshal.dumps(value, 2), digest_size=DIGEST_BYTES).digest()
    except ValueError:  # something that is not one of Python's own types
        return _NO_MARK


def _mark_of_all(messages: Sequence[Any]) -> bytes | None:
    mark = _mark(list(messages))
    return None if mark == _NO_MARK else mark
