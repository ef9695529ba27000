"""How a conversation's history grows."""

from __future__ import annotations

import asyncio
import itertools
import math
from dataclasses import dataclass

import temporalio.api.enums.v1 as enums
from temporalio.api.history.v1 import HistoryEvent

from ..bench import Bench, log
from ..chat import StoppedError
from ..results import Bar, Figure, Result, Value
from ..settings import Settings

_TURN_DONE = enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED


@dataclass(frozen=True)
class Lived:
    """A conversation's history.

    Attributes:
        events: All events.
        ends: Index after the last event of each turn.
        sizes: Bytes of all events until the end of each turn.
        server_size: Bytes of the whole by the server's count.
        stopped: How it was stopped, if it was.
    """

    events: list[HistoryEvent]
    ends: list[int]
    sizes: list[int]
    server_size: int
    stopped: str | None

    def size_at(self, turn: int) -> Value:
        """Bytes at the end of a turn."""
        return self.sizes[turn - 1] if turn <= len(self.sizes) else self.stopped

    def events_at(self, turn: int) -> Value:
        """Number of events at the end of a turn."""
        return self.ends[turn - 1] if turn <= len(self.ends) else self.stopped

    def slope(self, first: int, last: int) -> Value:
        """Growth of the bytes as an exponent: 1 is linear, 2 quadratic."""
        low, high = self.size_at(first), self.size_at(last)
        if isinstance(low, (int, float)) and isinstance(high, (int, float)):
            return math.log(high / low) / math.log(last / first)
        return self.stopped


async def live(bench: Bench, variant: str, settings: Settings, turns: int, action: str = "tool") -> Lived:
    """Have a conversation of so many turns, on a worker of its own."""
    log(f"history: {variant}, {turns} turns with {action}, {'window' if settings.window else 'whole'}")
    stopped = None
    async with bench.worker(variant) as worker, bench.chat(worker, settings) as chat:
        try:
            await chat.take(turns, action)
        except StoppedError as error:
            stopped = str(error)
        described = await chat.handle.describe()
        events = list((await chat.handle.fetch_history()).events)
    ends = [index for index, event in enumerate(events, start=1) if event.event_type == _TURN_DONE]
    totals = list(itertools.accumulate(event.ByteSize() for event in events))
    size = described.raw_description.workflow_execution_info.history_size_bytes
    return Lived(events, ends, [totals[end - 1] for end in ends], size, stopped)


async def conversations(bench: Bench, *, window: bool, turns: dict[str, int]) -> dict[str, Lived]:
    """A conversation of each variant; those of an earlier measurement where they are long enough."""
    known: dict[str, Lived] = bench.kept.setdefault(("lived", window), {})
    missing = [name for name in turns if name not in known or len(known[name].ends) < turns[name]]
    found = await asyncio.gather(*(live(bench, name, Settings(window=window), turns[name]) for name in missing))
    known.update(zip(missing, found, strict=True))
    return known


async def measure(bench: Bench) -> Result:
    """Bytes and events by turn, and how the bytes grow."""
    sizes = bench.sizes
    whole_turns = {name: sizes.official_turns if name == "official" else sizes.slope[1] for name in bench.variants}
    whole = await conversations(bench, window=False, turns=whole_turns)
    window_turns = dict.fromkeys(bench.variants, sizes.window_marks[-1])
    window = await conversations(bench, window=True, turns=window_turns)
    first, last = sizes.slope
    figures = [
        *_figures(whole, "whole conversation", [*sizes.marks, last]),
        Figure(
            f"whole conversation, slope from turn {first} to {last}",
            "",
            {name: lived.slope(first, last) for name, lived in whole.items()},
            Bar(1.02, ratio=False),
        ),
        *_figures(window, "window of 40", sizes.window_marks),
        Figure(
            f"window of 40, slope from turn {first} to {last}",
            "",
            {name: lived.slope(first, last) for name, lived in window.items()},
            Bar(1.02, ratio=False),
        ),
    ]
    points = {
        name: {
            variant: [(turn, size / 1e3) for turn, size in enumerate(lived.sizes, 1)] for variant, lived in of.items()
        }
        for name, of in (("whole conversation", whole), ("window of 40", window))
    }
    note = (
        "The sum of all events' sizes at the end of a turn, in KB of 1,000 bytes. The official plugin takes "
        f"{sizes.official_turns} turns with the whole conversation kept: the server kills it soon after. The slope is "
        "that of the logarithms, so 1 is linear. The server's own count of the last turn is beside it."
    )
    return Result("History", note, figures, points)


def _figures(lived: dict[str, Lived], what: str, marks: tuple[int, ...] | list[int]) -> list[Figure]:
    figures: list[Figure] = []
    for turn in marks:
        values: dict[str, Value] = {}
        for name, each in lived.items():
            size = each.size_at(turn)
            values[name] = size / 1e3 if isinstance(size, (int, float)) else size
        judged = turn == (100 if what.startswith("whole") else 400)
        figures.append(Figure(f"{what}, turn {turn}", "KB", values, Bar(1.2) if judged else None))
    last = marks[-1]
    figures.append(
        Figure(f"{what}, turn {last}", "events", {name: each.events_at(last) for name, each in lived.items()})
    )
    counts: dict[str, Value] = {name: each.server_size / 1e3 for name, each in lived.items()}
    figures.append(Figure(f"{what}, at its end, by the server's count", "KB", counts))
    return figures
