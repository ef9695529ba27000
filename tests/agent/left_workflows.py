"""Workflows that leave an agent's stream before its end, without closing it."""

from __future__ import annotations

from typing import Any

from temporalio import workflow

from strands_temporal import TemporalAgent


@workflow.defn
class Leaves:
    """Leaves at the first text, and goes on with the same agent."""

    @workflow.run
    async def run(self, again: bool) -> Any:
        agent = TemporalAgent("scripted", callback_handler=None)
        first = ""
        async for event in agent.stream_async("first"):
            if "data" in event:
                first = event["data"]
                break
        second = str(await agent.invoke_async("second")).strip() if again else None
        return [first, second, len(agent.messages)]
