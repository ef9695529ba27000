"""How much one worker gets done."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from contextlib import AsyncExitStack

from ..bench import Bench, log
from ..processes import WorkerProcess
from ..results import Bar, Figure, Result, medians


async def measure(bench: Bench) -> Result:
    """Turns per second, and the worker's CPU per turn."""
    agents, turns = bench.sizes.agents, bench.sizes.agent_turns
    rates: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)

    async def talk(worker: WorkerProcess) -> None:
        async with bench.chat(worker) as chat:
            await chat.take(turns)

    async with AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(bench.worker(variant)) for variant in bench.variants]
        for number in range(bench.sizes.rounds):
            for worker in workers:
                log(f"throughput: {worker.variant}, round {number + 1}")
                start, before = time.perf_counter(), await worker.ask("cpu")
                await asyncio.gather(*(talk(worker) for _ in range(agents)))
                rates[worker.variant].append(agents * turns / (time.perf_counter() - start))
                cpu[worker.variant].append(1000 * (await worker.ask("cpu") - before) / (agents * turns))
    figures = [
        Figure("turns per second", "", medians(rates), Bar(0.8, at_least=True)),
        Figure("CPU of a turn", "ms", medians(cpu)),
    ]
    note = (
        f"{agents} conversations at a time on one worker, {turns} turns each, from starting the workflows to ending "
        f"them; medians of {bench.sizes.rounds} rounds, CPU without collections of garbage. Server and client share "
        "the machine with the worker."
    )
    return Result("Throughput", note, figures)
