"""What is written under a key as an edit of what was written there before, so that a history grows with what is new.

A snapshot of an agent has all of its conversation, each time. Its parts end with a bracket, and most of them were there
before; those are named by their place, and the others are written out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from .._sandbox.wire import content_field

WORTH_IT = 4096
"""Bytes from which on an edit is tried."""

_PART = re.compile(rb"[^}\]]*[}\]]+|[^}\]]+")
_ANCHOR = 16
"""Bytes that a part must have for its place to be looked for; shorter ones go with the part before."""


def digest(data: bytes) -> str:
    """What tells that data is the same."""
    return blake2b(data, digest_size=16).hexdigest()


def edit(base: bytes, data: bytes) -> list[Any] | None:
    """The steps from base to data: `[start, stop]` of the base, or what is new; None where they save too little."""
    places: dict[bytes, int] = {}
    parts: list[tuple[int, int]] = []
    for number, match in enumerate(_PART.finditer(base)):
        parts.append(match.span())
        if len(match[0]) >= _ANCHOR:
            places.setdefault(match[0], number)
    steps: list[list[int] | bytearray] = []
    following = len(parts)  # the part of the base that comes after the last one kept
    for match in _PART.finditer(data):
        part = match[0]
        if following < len(parts) and base[slice(*parts[following])] == part:
            kept: int | None = following
        else:
            kept = places.get(part)
        if kept is None:
            if steps and isinstance(steps[-1], bytearray):
                steps[-1] += part
            else:
                steps.append(bytearray(part))
            continue
        start, stop = parts[kept]
        if steps and isinstance(steps[-1], list) and steps[-1][1] == start:
            steps[-1][1] = stop
        else:
            steps.append([start, stop])
        following = kept + 1
    new = sum(len(step) if isinstance(step, bytearray) else 16 for step in steps)
    if 2 * new > len(data):
        return None
    return [step if isinstance(step, list) else content_field(bytes(step)) for step in steps]


def apply(base: bytes, steps: Sequence[Any]) -> bytes:
    """The data that steps lead to."""
    return b"".join(
        base[step[0] : step[1]] if isinstance(step, list) else step.encode() if isinstance(step, str) else step
        for step in steps
    )
