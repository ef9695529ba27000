"""What a conversation that waits in the worker's cache weighs."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

from ..bench import Bench, log
from ..results import Bar, Figure, Result, Value
from ..settings import Settings

TALK = Settings(tools=False)
WITH_TOOLS = Settings()


async def measure(bench: Bench) -> Result:
    """Resident memory of the worker for each cached conversation."""
    turns = bench.sizes.chat_turns
    values: dict[str, Value] = {
        variant: await _kilobytes(bench, variant, _kept(TALK, variant)) for variant in bench.variants
    }
    figures = [Figure(f"a cached conversation of {turns} turns without tools", "KB", values, Bar(1.8))]
    if options := bench.agent_options:
        bounded = await _kilobytes(bench, "ours", replace(TALK, agent_options=options))
        figures.append(Figure(f"the same, ours with {options}", "KB", {**values, "ours": bounded}, Bar(1.5)))
    bare = await _kilobytes(bench, "raw", TALK)
    figures.append(Figure("the same, raw without its conversation", "KB", {**values, "raw": bare}))
    with_tools: dict[str, Value] = {
        variant: await _kilobytes(bench, variant, _kept(WITH_TOOLS, variant)) for variant in ("raw", "ours")
    }
    what = f"{turns} turns with a tool call each"
    figures.append(Figure(what, "KB", {**dict.fromkeys(bench.variants), **with_tools}))
    note = (
        f"Growth of the worker's resident memory by {bench.sizes.chats} conversations side by side, after a collection "
        "of garbage and malloc_trim, with MALLOC_ARENA_MAX=1; as many were there before, so that what a worker needs "
        "once is not counted. The whole conversation is kept, in the workflow of raw Temporal too but where it says so."
    )
    return Result("Memory", note, figures)


def _kept(settings: Settings, variant: str) -> Settings:
    return replace(settings, kept=True) if variant == "raw" else settings


async def _kilobytes(bench: Bench, variant: str, settings: Settings) -> float:
    log(f"memory: {variant}, {settings}")
    sizes = bench.sizes
    action = "tool" if settings.tools else "talk"
    async with bench.worker(variant, environment={"MALLOC_ARENA_MAX": "1"}) as worker, AsyncExitStack() as stack:

        async def live() -> int:
            begun = [await stack.enter_async_context(bench.chat(worker, settings)) for _ in range(sizes.chats)]
            await asyncio.gather(*(chat.take(sizes.chat_turns, action) for chat in begun))
            return await worker.ask("memory")

        before = await live()
        return (await live() - before) / sizes.chats / 1e3
