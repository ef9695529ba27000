"""The items of a stream: Strands' events as JSON values, and the mark that voids the text of a failed attempt."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from typing import Any

from .._model.coalesce import coalesce
from .._model.codec import valid_text
from .parts import part
from .repaired import repaired

_CONTENT = (("contentBlockDelta",), ("messageStop",), ("redactContent",))


def is_content(event: Any) -> bool:
    """Whether an event says something that a reader waits for."""
    return any(part(event, *path) is not None for path in _CONTENT) or bool(part(event, "contentBlockStart", "start"))


def items_of(events: Sequence[Any], *, raw: bool) -> list[Any]:
    """What is published of adjacent events of one reply.

    Args:
        events: The model's events.
        raw: Whether each is published by itself and as it is; else adjacent deltas become one, and all are as Strands'
            types say.
    """
    return [plain(event) for event in events] if raw else [repaired(plain(event)) for event in coalesce(events)]


def void_mark(reason: str) -> dict[str, Any]:
    """What tells a subscriber that what there is of a reply that has not stopped is of an attempt that failed.

    It is a stream event of Strands' own kinds, so every reader can read it, and no provider sends it within a reply.
    """
    return {"modelStreamErrorException": {"message": reason, "originalMessage": reason, "originalStatusCode": 0}}


def plain(value: Any) -> Any:
    """The value as JSON has it: bytes in base64, text as valid Unicode."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
