"""What making an agent costs."""

from __future__ import annotations

import uuid
from collections import defaultdict
from contextlib import AsyncExitStack

from ..bench import Bench, log
from ..results import Bar, Figure, Result, medians


async def measure(bench: Bench) -> Result:
    """CPU of making an agent with five tools in a workflow, beside a plain one in the same process."""
    made: dict[str, list[list[float]]] = defaultdict(list)
    plain: dict[str, list[list[float]]] = defaultdict(list)
    count = bench.sizes.constructions
    async with AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(bench.worker(variant)) for variant in bench.agents]
        for number in range(3 * bench.sizes.rounds):
            for worker in workers:
                log(f"construction: {worker.variant}, round {number + 1}")
                plain[worker.variant].append(await worker.ask("construction", count=count))
                name = f"boundary-construction-{uuid.uuid4()}"
                made[worker.variant].append(
                    await bench.client.execute_workflow("Construction", count, id=name, task_queue=worker.queue)
                )
    figures: list[Figure] = []
    for variant in bench.agents:
        for index, what in enumerate(("and its five activity tools", "of five activity tools that are there")):
            # In the column of raw, the plain agent: raw has none.
            samples = {
                "raw": [1000 * each[index] for each in plain[variant]],
                variant: [1000 * each[index] for each in made[variant]],
            }
            bar = Bar(1.3) if variant == "ours" and index == 0 else None
            figures.append(Figure(f"an agent {what}, in the process of {variant}", "ms", medians(samples), bar))
    note = (
        f"CPU of one agent of {count} made in a warm workflow, without collections of garbage; medians of "
        f"{3 * bench.sizes.rounds} workflows. In the column of raw: `strands.Agent` with the same five functions as "
        "`@tool`, made outside of Temporal in the same process, tools included where the other's are."
    )
    return Result("Construction", note, figures)
