"""The digests of a request's parts, found without writing again what has not changed since the request before."""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import codec
from .values import DIGEST_BYTES, canonical, digest

_NO_MARK = 0


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

    A digest is made of canonical JSON, which is slow to write. So each part has a mark too, the hash of its marshalled
    form: in one process, equal marks mean equal parts. Marks never leave the process.

    Attributes:
        messages: Digests of the messages, one after the other.
        fields: Digests of the other fields that are not empty.
    """

    messages: bytes = b""
    fields: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    _marks: Sequence[int] = ()
    _field_marks: Mapping[str, int] = field(default_factory=dict[str, int])

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
        marks = array("q", map(_mark, messages))
        count = len(before._marks)
        digests = bytearray()
        known: dict[int, bytes] = {}
        if marks[:count] == before._marks and _NO_MARK not in marks:
            digests += before.messages
        else:
            known = dict(zip(before._marks, split(before.messages), strict=True))
            known.pop(_NO_MARK, None)
        new: dict[int, New] = {}
        for index in range(len(digests) // DIGEST_BYTES, len(messages)):
            if (known_digest := known.get(marks[index])) is not None:
                digests += known_digest
            else:
                written, new[index] = _write(messages[index])
                digests += written
        new_fields: dict[str, New] = {}
        field_digests: dict[str, bytes] = {}
        field_marks = {name: _mark(value) for name, value in fields.items()}
        for name, value in fields.items():
            if field_marks[name] != _NO_MARK and field_marks[name] == before._field_marks.get(name):
                field_digests[name] = before.fields[name]
            else:
                field_digests[name], new_fields[name] = _write(value)
        return Digested(bytes(digests), field_digests, marks, field_marks), new, new_fields


def split(digests: bytes) -> list[bytes]:
    """Take digests that stand one after the other apart."""
    return [digests[start : start + DIGEST_BYTES] for start in range(0, len(digests), DIGEST_BYTES)]


def _write(value: Any) -> tuple[bytes, New]:
    encoded = codec.encode(value)
    text = canonical(encoded)
    return digest(text), New(encoded, len(text))


def _mark(value: Any) -> int:
    try:
        # Version 2 has no references, so equal values have equal bytes, whichever of their strings are shared.
        return hash(marshal.dumps(value, 2))
    except ValueError:  # something that is not one of Python's own types
        return _NO_MARK
