"""What a turn without tools costs as the conversation grows."""

from __future__ import annotations

import statistics
from collections import defaultdict
from contextlib import AsyncExitStack

from ..bench import Bench, log
from ..processes import WorkerProcess
from ..results import Bar, Figure, Result, medians
from ..settings import Settings

BLOCK = 5
"""Turns between two readings of a worker's CPU time: reading it costs some too."""


async def measure(bench: Bench) -> Result:
    """CPU of the worker per turn in some parts of a conversation, and the time of a turn."""
    blocks = bench.sizes.cpu_blocks
    cpu: dict[str, list[list[float]]] = defaultdict(list)
    wall: dict[str, list[list[float]]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(bench.worker(variant)) for variant in bench.variants]
        for number in range(bench.sizes.cpu_rounds):
            for worker in workers:
                log(f"cpu: {worker.variant}, round {number + 1}")
                of_cpu, of_wall = await _chat(bench, worker, blocks)
                cpu[worker.variant].append(of_cpu)
                wall[worker.variant].append(of_wall)

    def part(first: int, last: int) -> Figure:
        """The mean of some blocks, the median of the rounds."""
        samples = {name: [statistics.mean(each[first:last]) for each in rounds] for name, rounds in cpu.items()}
        judged = first == 0 or last == blocks
        what = f"CPU of a turn, turns {first * BLOCK + 1} to {last * BLOCK}"
        return Figure(what, "ms", medians(samples), Bar(1.3) if judged else None)

    def time(turn: int) -> Figure:
        samples = {name: [each for round in rounds for each in round[turn - 5 : turn]] for name, rounds in wall.items()}
        return Figure(f"time of a turn, about turn {turn}", "ms", medians(samples))

    middle = blocks // 2
    figures = [part(0, 2), part(middle - 1, middle + 1), part(blocks - 2, blocks), time(10), time(blocks * BLOCK)]
    series = {
        name: [
            (BLOCK * index + (BLOCK + 1) / 2, statistics.median(values))
            for index, values in enumerate(zip(*rounds, strict=True))
        ]
        for name, rounds in cpu.items()
    }
    note = (
        "No tools, the whole conversation kept. CPU of the worker's process without collections of garbage, medians "
        f"of {bench.sizes.cpu_rounds} conversations of each variant, by turns; times of turns are medians of the five "
        "turns until then."
    )
    return Result("CPU per turn", note, figures, {"CPU of a turn": series})


async def _chat(bench: Bench, worker: WorkerProcess, blocks: int) -> tuple[list[float], list[float]]:
    cpu: list[float] = []
    wall: list[float] = []
    async with bench.chat(worker, Settings(tools=False)) as chat:
        before = await worker.ask("cpu")
        for _ in range(blocks):
            wall += [1000 * await chat.turn("talk") for _ in range(BLOCK)]
            after = await worker.ask("cpu")
            cpu.append(1000 * (after - before) / BLOCK)
            before = after
    return cpu, wall
