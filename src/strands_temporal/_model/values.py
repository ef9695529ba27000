"""Parts of a request with their digests, by which both sides of a call tell equal parts.

Wire format: the digests go into the digest of a request, so what they are made of can never change.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from . import codec

DIGEST_BYTES = 16


class Value(NamedTuple):
    """One message, or one other field of a request.

    Attributes:
        data: The value, marshalled, which is a third of the time of JSON to read; it never leaves the process.
        digest: Digest of the canonical JSON text of the encoded value.
    """

    data: bytes
    digest: bytes

    @staticmethod
    def of(encoded: Any) -> Value:
        """Take a value as `codec.encode` wrote it."""
        return Value(marshal.dumps(codec.decode(encoded)), digest(canonical(encoded)))


def canonical(encoded: Any) -> bytes:
    """The one JSON text of an encoded value, whatever the order of its keys."""
    return json.dumps(encoded, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def digest(text: bytes) -> bytes:
    """The digest of a canonical text."""
    return blake2b(text, digest_size=DIGEST_BYTES).digest()


def request_digest(messages: bytes, fields: Mapping[str, bytes]) -> str:
    """The digest of a whole request.

    Args:
        messages: Digests of its messages, one after the other.
        fields: Digests of its other fields that are not empty, by name.
    """
    total = blake2b(messages, digest_size=12)
    for name in sorted(fields):
        total.update(name.encode() + b"=" + fields[name])
    return total.hexdigest()


def read_all(values: Iterable[Value]) -> list[Any]:
    """Read the values; every list and dict of the outcome is new."""
    return [marshal.loads(value.data) for value in values]
