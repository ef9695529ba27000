"""Leaves the inputs of tools out of a reply that nobody could read again, and says what the model is told of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .limits import DEPTH_LIMIT, has_more_levels, input_too_deep


def without_deep_inputs(events: Sequence[Any]) -> tuple[list[Any], dict[str, str]]:
    """Empty the inputs that have more levels than are allowed.

    An input comes as text, so it is looked at before Strands makes it a value: of some thousand levels that alone would
    fail.

    Args:
        events: A model's stream events. They are left as they are.

    Returns:
        The events, and what to tell the model of the calls whose inputs are left out, by their ids.
    """
    result = list(events)
    refused: dict[str, str] = {}
    use: dict[str, Any] = {}
    places: list[int] = []
    for index, event in enumerate(events):
        if start := _tool_use(event, "contentBlockStart", "start"):
            use, places = dict(start), []
        elif delta := _tool_use(event, "contentBlockDelta", "delta"):
            use = {**delta, **use}
            places.append(index)
        elif isinstance(event, dict) and "contentBlockStop" in event:
            texts = [_tool_use(events[place], "contentBlockDelta", "delta").get("input", "") for place in places]
            text = "".join(each for each in texts if isinstance(each, str))
            if has_more_levels(text.encode("utf-8", "surrogatepass"), DEPTH_LIMIT):
                refused[str(use.get("toolUseId"))] = input_too_deep(str(use.get("name")))
                for place in places:
                    result[place] = _emptied(result[place])
            use, places = {}, []
    return result, refused


def _tool_use(event: Any, kind: str, inside: str) -> dict[str, Any]:
    for key in (kind, inside, "toolUse"):
        event = event.get(key) if isinstance(event, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return event if isinstance(event, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def _emptied(event: Any) -> Any:
    block = event["contentBlockDelta"]
    return {"contentBlockDelta": {**block, "delta": {"toolUse": {**block["delta"]["toolUse"], "input": ""}}}}
