"""The digests of a request's parts, found without writing again what has not changed since the request before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from . import codec
from .frozen import FrozenRequest, freeze, marshalled
from .values import DIGEST_BYTES, canonical, digest

Mark: TypeAlias = "tuple[str, str] | int"
"""What tells in one process whether a message is as it was: a frozen one itself, or the hash of its bytes."""

_NO_MARK = 0  # the hash of no bytes


@dataclass(frozen=True)
class New:
    """A part that the other side does not have.

    Attributes:
        encoded: The part as JSON values.
        size: Bytes of its JSON text.
        digest: Its digest.
    """

    encoded: Any
    size: int
    digest: bytes

    @staticmethod
    def of(value: Any) -> New:
        """Write a part.

        Raises:
            TypeError: It holds something that cannot be written.
        """
        encoded = codec.encode(value)
        text = canonical(encoded)
        return New(encoded, len(text), digest(text))


@dataclass(frozen=True)
class Digested:
    """The digests of one request.

    A digest is made of canonical JSON, which is slow to write. So each part has a mark too: in one process, equal marks
    mean equal parts. Marks never leave the process.

    Attributes:
        messages: Digests of the messages, one after the other.
        fields: Digests of the other fields that are not empty.
        faithful: Whether all parts, written and read again, are as they were; a tuple for one comes back as a list.
    """

    messages: bytes = b""
    fields: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    faithful: bool = True
    marks: Sequence[Mark] = ()
    field_marks: Mapping[str, int] = field(default_factory=dict[str, int])


class Written(NamedTuple):
    """What it took to digest a request.

    Attributes:
        digests: Its digests.
        messages: The messages that had to be written for it, by their index.
        fields: The same of the fields, by their name.
        whole: All of it, frozen; a part that has no frozen form is there as it is read.
    """

    digests: Digested
    messages: dict[int, New]
    fields: dict[str, New]
    whole: FrozenRequest


def write(messages: Sequence[Any], fields: Mapping[str, Any], before: Digested) -> Written:
    """Find the digests of a request.

    Args:
        messages: The request's messages.
        fields: The request's other fields that are not empty.
        before: An earlier request, most often of the same conversation.

    Raises:
        TypeError: A part holds something that cannot be written.
    """
    count = len(before.marks)
    frozen = [*map(freeze, messages[:count], before.marks), *map(freeze, messages[count:])]
    frozen_fields = {name: marshalled(value) for name, value in fields.items()}
    marks: list[Mark] = [each if type(each) is tuple else hash(each) for each in frozen]
    digests = bytearray()
    known: dict[Mark, bytes] = {}
    if marks[:count] == before.marks and _NO_MARK not in marks:
        digests += before.messages
    else:
        known = dict(zip(before.marks, split(before.messages), strict=True))
        known.pop(_NO_MARK, None)
    faithful = before.faithful and _NO_MARK not in marks
    new: dict[int, New] = {}
    for index in range(len(digests) // DIGEST_BYTES, len(messages)):
        if (known_digest := known.get(marks[index])) is not None:
            digests += known_digest
        else:
            new[index] = New.of(messages[index])
            digests += new[index].digest
            as_read = codec.decode(new[index].encoded)
            frozen[index] = frozen[index] or marshalled(as_read)
            faithful = faithful and as_read == messages[index]
    new_fields: dict[str, New] = {}
    field_digests: dict[str, bytes] = {}
    field_marks = {name: hash(data) for name, data in frozen_fields.items()}
    for name, value in fields.items():
        if field_marks[name] != _NO_MARK and field_marks[name] == before.field_marks.get(name):
            field_digests[name] = before.fields[name]
        else:
            new_fields[name] = New.of(value)
            field_digests[name] = new_fields[name].digest
            as_read = codec.decode(new_fields[name].encoded)
            frozen_fields[name] = frozen_fields[name] or marshalled(as_read)
            faithful = faithful and field_marks[name] != _NO_MARK and as_read == value
    digested = Digested(bytes(digests), field_digests, faithful, marks, field_marks)
    return Written(digested, new, new_fields, FrozenRequest(frozen, frozen_fields))


def split(digests: bytes) -> list[bytes]:
    """Take digests that stand one after the other apart."""
    return [digests[start : start + DIGEST_BYTES] for start in range(0, len(digests), DIGEST_BYTES)]
