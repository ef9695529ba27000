"""Agents whose model gives what is nested deep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from strands import Agent, tool
from temporalio import activity, workflow

from strands_temporal import TemporalAgent, TemporalModel
from strands_temporal.workflow import activity_as_tool


@activity.defn
async def take(value: Any) -> str:
    """Take something.

    Args:
        value: What.
    """
    return "taken"


@tool
def take_inline(value: Any) -> str:
    """Take something in the workflow.

    Args:
        value: What.
    """
    return "taken inline"


def tools() -> list[Any]:
    """Both."""
    return [activity_as_tool(take, start_to_close_timeout=timedelta(seconds=10)), take_inline]


@workflow.defn
class Deep:
    """Two turns of an agent."""

    @workflow.run
    async def run(self, prompt: str) -> list[str]:
        """Answer."""
        agent = TemporalAgent("scripted", tools=tools(), callback_handler=None)
        return [str(await agent.invoke_async(each)).strip() for each in (prompt, "and now?")]


@workflow.defn
class DeepInPlainAgent:
    """A plain agent with a worker's model."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        """Answer."""
        agent = Agent(TemporalModel("scripted"), tools=tools(), callback_handler=None, retry_strategy=None)
        return str(await agent.invoke_async(prompt)).strip()
