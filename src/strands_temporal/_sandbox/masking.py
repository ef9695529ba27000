"""Takes the values of secret variables out of what a command says, also where they come in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .._secrets import MASK

SHORTEST = 6
"""Characters from which on a value is masked; `1`, `true` or `8080` would stand in much that says nothing of it."""


class Mask:
    """Replaces some values by `***`."""

    def __init__(self, values: Iterable[str]) -> None:
        """Take the values that are to be replaced; those that are too short are not."""
        known = {form for value in values for form in (value, value.strip()) if len(form) >= SHORTEST}
        self._values = sorted(known, key=len, reverse=True)  # of two that begin alike, the longer one
        self._pattern = re.compile("|".join(map(re.escape, self._values))) if self._values else None

    def text(self, text: str) -> str:
        """The text without the values."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def data(self, data: bytes) -> bytes:
        """The data without the values."""
        for value in self._values:
            data = data.replace(value.encode("utf-8", "surrogateescape"), MASK.encode())
        return data

    def pieces(self) -> MaskedPieces:
        """A new text that comes in pieces."""
        return MaskedPieces(self._values, self._pattern)


class MaskedPieces:
    """A text that comes in pieces; its end is held back while it could be the beginning of a value."""

    def __init__(self, values: list[str], pattern: re.Pattern[str] | None) -> None:
        """Begin."""
        self._values = values
        self._pattern = pattern
        self._held = ""

    def add(self, piece: str) -> str:
        """Take a piece, and give what can be given without the values."""
        if self._pattern is None:
            return piece
        text = self._held + piece
        end = len(text) - self._beginning(text)
        for match in self._pattern.finditer(text):
            if match.start() < end < match.end():  # within a value that is replaced anyway
                end = match.end()
        self._held = text[end:]
        return self._pattern.sub(MASK, text[:end])

    def rest(self) -> str:
        """What is left, when no more comes."""
        text, self._held = self._held, ""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def _beginning(self, text: str) -> int:
        """Length of the longest end of a text that is the beginning of a value, and not all of it."""
        for length in range(min(len(text), len(self._values[0]) - 1), 0, -1):
            end = text[-length:]
            if any(len(value) > length and value.startswith(end) for value in self._values):
                return length
        return 0
