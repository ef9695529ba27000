"""Tools in the background; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool


@activity.defn
async def report(topic: str) -> str:
    """Write a report, slowly.

    Args:
        topic: What it is about.
    """
    await asyncio.sleep(1)
    return f"a report on {topic}"


@workflow.defn
class Background:
    """An agent that goes on while its tools run."""

    @workflow.run
    async def run(self, options: dict[str, Any], cancel: bool = False) -> list[str]:
        tool = activity_as_tool(report, start_to_close_timeout=timedelta(seconds=20))
        agent = TemporalAgent(
            "scripted", tools=[tool], background_tasks={"always": ["report"], **options}, callback_handler=None
        )
        if not cancel:
            return ["end", str(await agent.invoke_async("go")).strip()]
        call = asyncio.ensure_future(agent.invoke_async("go"))
        await workflow.wait_condition(lambda: len(agent.messages) >= 4)
        agent.cancel()
        result = await call
        return [result.stop_reason, str(len(agent.messages))]
