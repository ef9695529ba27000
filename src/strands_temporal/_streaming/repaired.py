"""Stream events that every reader of `StreamEvent` can read: what providers send beyond Strands' types is left out."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from strands.types.streaming import StreamEvent

# Of a list, for a TypedDict takes no configuration; and built when it is first used, for that takes a while.
_EVENTS: TypeAdapter[list[StreamEvent]] = TypeAdapter(list[StreamEvent], config=ConfigDict(defer_build=True))

MANY_IN_A_UNION = 100
"""Errors of a union's value from which on it is left out whole; up to there it is made one of its types bit by bit."""

MOST = 20_000
"""Errors of an event, each some 15 µs of the workflow's thread, from which on nothing of it is published."""


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
            if error.error_count() > MOST:
                return {}
            details = error.errors(include_url=False, include_context=False, include_input=False)
            if not _remove([_Part.of(event, each) for each in details]):
                return {}
        else:
            return event


class _Part(NamedTuple):
    """The part of an event that an error is about.

    Attributes:
        path: Where it is.
        holders: The values on the way, from the event to the one that holds the part.
        union: How much of the path leads to the value of a union that the part is or is in; all of it where none is.
    """

    path: tuple[int | str, ...]
    holders: list[Any]
    union: int

    @staticmethod
    def of(event: Any, error: ErrorDetails) -> _Part:
        """Follow an error's path, which names the types of unions too."""
        path: list[int | str] = []
        holders: list[Any] = []
        union: int | None = None
        value = event
        for step in error["loc"][1:-1] if error["type"] == "missing" else error["loc"][1:]:
            try:
                inside: Any = value[step]
            except (TypeError, LookupError):
                union = len(path) if union is None else union
            else:
                path.append(step)
                holders.append(value)
                value = inside
        return _Part(tuple(path), holders, len(path) if union is None else union)


def _remove(parts: list[_Part]) -> bool:
    """Remove the first part, and all others that are still wrong whatever becomes of those before them.

    To remove a part may remove another error with it: one of what is around it, or of the same union.
    """
    errors = Counter(each.path[: each.union] for each in parts)
    doomed: dict[int, tuple[Any, set[Any]]] = {}
    settled: set[tuple[int | str, ...]] = set()
    around: set[tuple[int | str, ...]] = set()
    for each in parts:
        union = each.path[: each.union]
        path = union if errors[union] > MANY_IN_A_UNION else each.path
        upwards = [path[:length] for length in range(len(path) + 1)]
        if path in around or not settled.isdisjoint(upwards):
            continue
        holder = each.holders[len(path) - 1] if path else None
        if type(holder) not in (dict, list):
            if doomed:
                continue
            return False
        settled.add(union)
        around.update(upwards[:-1])
        doomed.setdefault(id(holder), (holder, set()))[1].add(path[-1])
    for holder, keys in doomed.values():
        if type(holder) is dict:
            for key in keys:
                del holder[key]
        else:
            holder[:] = [item for index, item in enumerate(holder) if index not in keys]
    return True
