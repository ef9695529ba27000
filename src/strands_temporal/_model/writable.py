"""Values as the codec takes them: what it does not know is as pydantic writes it, and what JSON would lose is kept."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from . import codec

_SEVERAL = (list, tuple, set, frozenset, deque)


def writable(value: Any, levels: int = codec.MAX_DEPTH) -> Any:
    """The value for `codec.encode`.

    Args:
        value: What the codec takes or pydantic can write as JSON, in lists, mappings, dataclasses and models of each
            other: so dates, decimals, UUIDs and sets beside bytes. A model that pydantic can write is as it writes it.
        levels: How many there may be in each other.

    Raises:
        TypeError: Neither takes a part of it, or there are too many levels, as in a value that holds itself.
    """
    if value is None or isinstance(value, (str, int, float, bytes, bytearray, memoryview)):
        return value  # pyright: ignore[reportUnknownVariableType]
    if levels <= 0:
        raise TypeError("more levels of lists and mappings than can be recorded, as a value that holds itself has")
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return {_key(key): writable(item, levels - 1) for key, item in items}
    if isinstance(value, _SEVERAL):
        return [writable(item, levels - 1) for item in cast("list[Any]", value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: writable(getattr(value, each.name), levels - 1) for each in dataclasses.fields(value)}
    try:
        return to_jsonable_python(value)
    except (ValueError, RecursionError) as error:
        if isinstance(value, BaseModel):  # with bytes in it, maybe
            return writable(value.model_dump(by_alias=True), levels - 1)
        kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType]
        raise TypeError(f"{kind.__module__}.{kind.__qualname__} cannot be written as JSON") from error


def _key(key: Any) -> Any:
    """A key as pydantic writes it."""
    if type(key) is str:
        return key
    (written,) = cast("dict[Any, Any]", to_jsonable_python({key: None}))
    return written
