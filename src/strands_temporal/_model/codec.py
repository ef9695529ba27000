"""Values of messages and events as plain JSON values, without loss.

JSON has no bytes, no text that is not valid Unicode and no infinite numbers. Each is written as an object of one key,
`{"$bytes": base64}`, `{"$surrogates": base64 of UTF-8}`, `{"$float": "nan"}`; an object of the user's that looks like
one is written as `{"$object": ...}`. The outcome is the same under every payload converter that writes JSON.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

_BYTES, _TEXT, _FLOAT, _OBJECT = "$bytes", "$surrogates", "$float", "$object"
_TEXT_0_1 = "$text"
"""Text as 0.1.0 wrote it, in UTF-16, which joins two surrogates that are not valid alone; only read."""

MAX_DEPTH = 180
"""Levels of lists and objects that a value may have as JSON. Pydantic, in the payload converter, reads 200 of them and
writes 255, and what the value is a part of has some."""

_ATOMS = frozenset((str, int, float, bool, type(None)))  # no call for each of them

_ESCAPES = frozenset((_BYTES, _TEXT, _TEXT_0_1, _FLOAT, _OBJECT))


def encode(value: Any, levels: int = MAX_DEPTH) -> Any:
    """Write a value as JSON values.

    Args:
        value: None, bool, int, float, str, bytes, and lists, tuples and mappings of them. Tuples become lists.
        levels: Of lists and mappings that it may have in each other.

    Raises:
        TypeError: The value or a part of it is of another type, a mapping has keys that are not text, or there are too
            many levels, as in a value that holds itself.
    """
    kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType]
    if kind is str:
        return value if _is_utf8(value) else {_TEXT: _base64(value.encode("utf-8", "surrogatepass"))}
    if value is None or kind is bool or kind is int:
        return value
    if kind is float:
        return value if math.isfinite(value) else {_FLOAT: repr(value)}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {_BYTES: _base64(bytes(value))}  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, Mapping):
        return _encode_mapping(value, levels)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, (list, tuple)):
        levels = _one_less(levels)
        return [encode(item, levels) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, Enum):
        return encode(value.value)
    for base in (str, int, float):
        if isinstance(value, base):
            return encode(base(value))
    raise TypeError(f"{kind.__module__}.{kind.__qualname__} cannot be written as JSON")


def _encode_mapping(value: Mapping[Any, Any], levels: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    looks_like_ours = len(value) == 1 and next(iter(value)) in _ESCAPES
    levels = _one_less(levels - 1 if looks_like_ours else levels)
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"a mapping's key {key!r} is not text and cannot be written as JSON")
        if not _is_utf8(key):
            raise TypeError(f"a mapping's key {key!r} is not valid Unicode text")
        result[str(key)] = encode(item, levels)
    return {_OBJECT: result} if looks_like_ours else result


def _one_less(levels: int) -> int:
    if levels <= 0:
        raise TypeError("more levels of lists and mappings than can be recorded, as a value that holds itself has")
    return levels - 1


def decode(value: Any) -> Any:
    """Read what `encode` wrote; every list and dict of the outcome is new."""
    kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType]
    if kind is dict:
        if len(value) == 1:
            key, content = next(iter(value.items()))
            if key == _BYTES:
                return base64.b64decode(content, validate=True)
            if key == _TEXT:
                return base64.b64decode(content).decode("utf-8", "surrogatepass")
            if key == _TEXT_0_1:
                return base64.b64decode(content).decode("utf-16-le", "surrogatepass")
            if key == _FLOAT:
                return float(content)
            if key == _OBJECT:
                value = content
        return {name: item if type(item) in _ATOMS else decode(item) for name, item in value.items()}
    if kind is list:
        return [item if type(item) in _ATOMS else decode(item) for item in value]
    return value


def needs_escape(value: Any) -> bool:
    """Whether a value of plain dicts, lists and scalars holds something that JSON would lose."""
    kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType]
    if kind is str:
        return not _is_utf8(value)
    if kind is dict:
        return any(needs_escape(item) for item in value.values())
    if kind is list or kind is tuple:
        return any(needs_escape(item) for item in value)
    return kind in (bytes, bytearray, memoryview) or (kind is float and not math.isfinite(value))


def valid_text(text: str) -> str:
    """The text as every reader of JSON can have it: pairs of surrogates joined, and lone ones replaced."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def is_too_deep(value: Any, levels: int = MAX_DEPTH) -> bool:
    """Whether a value has more levels of lists and mappings than that, as one that holds itself has."""
    if isinstance(value, Mapping):
        items: Any = value.values()  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        levels -= 2 if len(value) == 1 and next(iter(value)) in _ESCAPES else 1  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, (list, tuple)):
        items = value  # pyright: ignore[reportUnknownVariableType]
        levels -= 1
    else:
        return False
    return levels < 0 or any(is_too_deep(item, levels) for item in items)
