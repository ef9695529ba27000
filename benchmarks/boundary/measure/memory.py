"""What a conversation that waits in the worker's cache weighs."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from ..bench import Bench, log
from ..results import Bar, Figure, Result, Value
from ..settings import Settings


async def measure(bench: Bench) -> Result:
    """Resident memory of the worker for each cached conversation."""
    values: dict[str, Value] = {variant: await _kilobytes(bench, variant, {}) for variant in bench.variants}
    turns = bench.sizes.chat_turns
    figures = [Figure(f"a cached conversation of {turns} turns", "KB", values, Bar(1.8))]
    if options := bench.agent_options:
        limited = {**values, "ours": await _kilobytes(bench, "ours", options), "official": None}
        figures.append(Figure(f"the same, ours with {options}", "KB", limited, Bar(1.5)))
    note = (
        f"Growth of the worker's resident memory by {bench.sizes.chats} conversations, after a collection of garbage "
        "and malloc_trim, with MALLOC_ARENA_MAX=1; two more were there before. The whole conversation is kept."
    )
    return Result("Memory", note, figures)


async def _kilobytes(bench: Bench, variant: str, options: dict[str, Any]) -> float:
    log(f"memory: {variant} {options or ''}")
    sizes = bench.sizes
    settings = Settings(agent_options=options)
    async with bench.worker(variant, environment={"MALLOC_ARENA_MAX": "1"}) as worker, AsyncExitStack() as stack:

        async def live(chats: int) -> int:
            begun = [await stack.enter_async_context(bench.chat(worker, settings)) for _ in range(chats)]
            await asyncio.gather(*(chat.take(sizes.chat_turns) for chat in begun))
            return await worker.ask("memory")

        before = await live(2)
        return (await live(sizes.chats) - before) / sizes.chats / 1e3
