"""Many messages as one compressed text: a third of the bytes of JSON, and little work for the server.

Wire format: stands in histories.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from . import codec

_LEVEL = 1
"""Of zlib: twice as fast as its default, for a fifth more bytes of text."""

_AT_ONCE = 50
"""Messages in one line of JSON; thousands of dicts at once would set off the garbage collector."""


def pack(messages: Sequence[Any]) -> str:
    """Write messages, which are what `codec.encode` takes."""
    packer = zlib.compressobj(_LEVEL)
    packed = bytearray()
    for start in range(0, len(messages), _AT_ONCE):
        line = json.dumps(codec.encode(messages[start : start + _AT_ONCE]), ensure_ascii=False, separators=(",", ":"))
        packed += packer.compress(line.encode() + b"\n")
    return base64.b64encode(packed + packer.flush()).decode("ascii")


def unpack(packed: str) -> Iterator[Any]:
    """Read what `pack` wrote: the messages as `codec.encode` makes them."""
    for line in zlib.decompress(base64.b64decode(packed)).splitlines():
        yield from json.loads(line)
