"""Workflows of the sync benchmark."""

from __future__ import annotations

import asyncio
import time

from strands import tool
from temporalio import workflow

from strands_temporal import TemporalAgent


@tool
async def count(word: str) -> int:
    """Count letters."""
    return len(word)


def clock() -> float:
    """Wall-clock time, measured only: it decides nothing."""
    with workflow.unsafe.sandbox_unrestricted():
        return time.perf_counter()


@workflow.defn
class Steps:
    """Awaits many times in one activation."""

    @workflow.run
    async def run(self, steps: int) -> float:
        start = clock()
        for _ in range(steps):
            await asyncio.sleep(0)
        return (clock() - start) / steps


@workflow.defn
class Turns:
    """A conversation with a tool call a turn."""

    @workflow.run
    async def run(self, turns: int) -> None:
        agent = TemporalAgent("scripted", tools=[count], callback_handler=None)
        for turn in range(turns):
            result = await agent.invoke_async(f"turn {turn}")
            assert str(result).strip() == "5", result
