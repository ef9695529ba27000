"""What a replay costs, as after a restart of the worker or when the cache is full."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path

from temporalio.api.history.v1 import History

from ..bench import Bench, log
from ..results import Bar, Figure, Result, Value, medians
from .history import Lived, conversations


async def measure(bench: Bench) -> Result:
    """CPU time of replaying a conversation, with the whole of it kept and with the window."""
    turns = bench.sizes.replay_turns
    figures: list[Figure] = []
    for window in (False, True):
        lived = await conversations(bench, window=window, turns=dict.fromkeys(bench.variants, turns))
        values = await _replays(bench, {name: lived[name] for name in bench.variants}, turns)
        what = f"{'window of 40' if window else 'whole conversation'}, {turns} turns"
        figures.append(Figure(what, "ms", values, Bar(1.5)))
    note = (
        f"CPU of the process that replays, medians of {bench.sizes.replays}, without collections of garbage. One more, "
        "the first, is left out: it imports and compiles."
    )
    return Result("Replay", note, figures)


async def _replays(bench: Bench, lived: dict[str, Lived], turns: int) -> dict[str, Value]:
    values: dict[str, Value] = {name: each.stopped for name, each in lived.items() if len(each.ends) < turns}
    samples: dict[str, list[float]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workers = [await stack.enter_async_context(bench.worker(name)) for name in lived if name not in values]
        for worker in workers:
            each = lived[worker.variant]
            history = History(events=each.events[: each.ends[turns - 1]])
            (folder / worker.variant).write_bytes(history.SerializeToString())  # nothing else runs
        for number in range(bench.sizes.replays + 1):
            for worker in workers:
                log(f"replay: {worker.variant}, round {number + 1}")
                seconds: float = await worker.ask("replay", file=str(folder / worker.variant))
                if number:
                    samples[worker.variant].append(1000 * seconds)
    return {**values, **medians(samples)}
