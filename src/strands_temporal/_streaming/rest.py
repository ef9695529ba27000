"""What of a recorded reply its activity has not published: the workflow publishes it, at no cost of history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._model.coalesce import coalesce, grown_size, without_beginning


def position(events: Sequence[Any], published: int) -> list[int]:
    """Where in the coalesced events the first of the given events stands that was not published.

    Args:
        events: The model's events.
        published: How many of them were published.

    Returns:
        Index of a coalesced event, and how much of its text was published.
    """
    before = coalesce(events[:published])
    if published and published < len(events) and len(coalesce(events[: published + 1])) == len(before):
        return [len(before) - 1, grown_size(before[-1])]
    return [len(before), 0]


def rest(coalesced: Sequence[Any], at: Sequence[int]) -> list[Any]:
    """The events from a position on."""
    index, offset = at
    events = list(coalesced[index:])
    if events and offset:
        events[0] = without_beginning(events[0], offset)
    return events
