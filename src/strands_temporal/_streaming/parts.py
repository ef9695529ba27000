"""Looks into values of any shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


def part(value: Any, *path: str) -> Any:
    """The part of nested mappings at a path; None where there is none."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, Any]", value).get(key)
    return value
