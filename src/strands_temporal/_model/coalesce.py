"""A model's stream events made few, before they are recorded: adjacent deltas of one content block become one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

_DELTA, _INDEX = "contentBlockDelta", "contentBlockIndex"
# What grows from delta to delta, by where it stands in them. All else a delta may hold is not for this module to join.
_GROWING: dict[tuple[str, ...], type] = {
    ("text",): str,
    ("toolUse", "input"): str,
    ("reasoningContent", "text"): str,
    ("reasoningContent", "signature"): str,
    ("reasoningContent", "redactedContent"): bytes,
}


def coalesce(events: Sequence[Any]) -> list[Any]:
    """Merge adjacent deltas of the same block and kind; Strands makes the same message of the outcome.

    Args:
        events: Stream events, of any shape. They are left as they are, and the outcome shares those that it keeps.

    Returns:
        Stream events. Those that are not such deltas, or hold more than this module knows, are kept in their place.
    """
    merged: list[Any] = []
    for shape, group in groupby(events, key=_shape):
        run = list(group)
        if shape is None or len(run) == 1:
            merged.extend(run)
        else:
            merged.append(_merge(run, shape[0]))
    return merged


def grown_size(event: Any) -> int:
    """The length of what grows in an event whose neighbours may be merged with it."""
    shape = _shape(event)
    assert shape is not None
    return len(_at(event[_DELTA]["delta"], shape[0]))


def without_beginning(event: Any, size: int) -> Any:
    """Such an event without the beginning of what grows in it."""
    shape = _shape(event)
    assert shape is not None
    block, path = event[_DELTA], shape[0]
    return {_DELTA: {**block, "delta": _with(block["delta"], path, _at(block["delta"], path)[size:])}}


def _shape(event: Any) -> tuple[Any, ...] | None:
    """What neighbours must have in common to be merged, first the path of what grows; None for all other events."""
    if not _is_dict(event) or len(event) != 1:
        return None
    block = event.get(_DELTA)
    if not _is_dict(block) or not block.keys() <= {_INDEX, "delta"}:
        return None
    # 1, True and 1.0 are equal, so only whole numbers count; and an index of None is not the same as no index.
    index = (block[_INDEX],) if _INDEX in block else ()
    if index and index[0] is not None and type(index[0]) is not int:
        return None
    delta = block.get("delta")
    if not _is_dict(delta) or len(delta) != 1:
        return None
    ((kind, value),) = delta.items()
    path: tuple[Any, ...] = (kind,)
    identity: tuple[Any, ...] = ()
    if kind == "toolUse":
        # Strands keeps the first id and name of a block, so a delta with others must stay visible.
        if not _is_dict(value) or not value.keys() <= {"input", "toolUseId", "name"}:
            return None
        if not all(type(each) is str for each in value.values()):
            return None
        identity = (value.get("toolUseId"), value.get("name"))
        path, value = ("toolUse", "input"), value.get("input")
    elif kind == "reasoningContent":
        if not _is_dict(value) or len(value) != 1:
            return None
        ((kind, value),) = value.items()
        path = ("reasoningContent", kind)
    if type(value) is not _GROWING.get(path):
        return None
    return path, index, identity


def _merge(run: list[Any], path: tuple[str, ...]) -> Any:
    """One event for a run of events of one shape, made after the first of them."""
    block = run[0][_DELTA]
    parts = [_at(event[_DELTA]["delta"], path) for event in run]
    whole = _GROWING[path]().join(parts)
    return {_DELTA: {**block, "delta": _with(block["delta"], path, whole)}}


def _at(delta: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        delta = delta[key]
    return delta


def _with(delta: Any, path: tuple[str, ...], whole: Any) -> Any:
    key, *rest = path
    return {**delta, key: _with(delta[key], tuple(rest), whole) if rest else whole}


def _is_dict(value: Any) -> bool:
    return type(value) is dict
