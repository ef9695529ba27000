"""Stream events that every reader of `StreamEvent` can read: what providers send beyond Strands' types is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from strands.types.streaming import StreamEvent

# Of a list, for a TypedDict takes no configuration; and built when it is first used, for that takes a while.
_EVENTS: TypeAdapter[list[StreamEvent]] = TypeAdapter(list[StreamEvent], config=ConfigDict(defer_build=True))


def repaired(event: Any) -> Any:
    """The event without the parts that are not as Strands' types say.

    One such part, as a stop reason that Strands does not list or a latency with a fraction, would end the iteration of
    a subscriber that asks for `StreamEvent`.

    Args:
        event: An event as JSON values. It may be changed.
    """
    while True:
        try:
            _EVENTS.validate_python([event], strict=True)
        except ValidationError as error:
            # One after the other: to remove a part may remove another error with it.
            details = error.errors(include_url=False, include_context=False, include_input=False)[0]
            path = details["loc"][1:-1] if details["type"] == "missing" else details["loc"][1:]
            if not _remove(event, path):
                return {}
        else:
            return event


def _remove(value: Any, path: Sequence[int | str]) -> bool:
    """Remove the part at a path that may go deeper than the value does, as those of unions do."""
    holder: Any = None
    key: Any = None
    for step in path:
        try:
            inside: Any = value[step]
        except (TypeError, LookupError):
            continue
        holder, key, value = value, step, inside
    if type(holder) not in (dict, list):
        return False
    del holder[key]
    return True
