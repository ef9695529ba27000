"""How soon a new worker process has done its first turn."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict

from benchmarks.import_time import difference

from ..bench import Bench, log
from ..results import Figure, Result, Value, medians

_MODULES = {"ours": "strands_temporal", "official": "temporalio.strands_agents"}


async def measure(bench: Bench) -> Result:
    """Seconds to the first turn, and what the import takes of it."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for number in range(bench.sizes.rounds + 1):
        for variant in bench.variants:
            log(f"startup: {variant}, round {number + 1}")
            start = time.perf_counter()
            async with bench.worker(variant, warm=False) as worker, bench.chat(worker) as chat:
                await chat.turn("tool")
                if number:  # the first one fills the caches of files
                    seconds[variant].append(time.perf_counter() - start)
    imports: dict[str, Value] = {}
    for variant in bench.agents:
        samples = await asyncio.to_thread(
            difference, bench.pythons[variant], _MODULES[variant], 2 * bench.sizes.rounds + 1
        )
        imports[variant] = statistics.median(samples)
    figures = [
        Figure("process start to first turn done", "s", medians(seconds)),
        Figure("import, beyond temporalio and strands", "ms", imports),
    ]
    note = (
        "From starting the worker's process, with the workflow already asked for, until a turn with a tool is done; "
        f"medians of {bench.sizes.rounds}. The raw worker does not import strands. Imports as in "
        "`benchmarks.import_time`, whose bar holds."
    )
    return Result("Start", note, figures)
