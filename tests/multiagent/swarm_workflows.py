"""Swarms, and agents that are tools of others; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from strands import Agent
from strands.multiagent import Swarm
from strands.vended_tools.subagent import make_subagent
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool

from .graph_workflows import agent, texts_of


@activity.defn
async def slow(word: str) -> str:
    """Take two seconds.

    Args:
        word: Anything.
    """
    await asyncio.sleep(2)
    return f"slow {word}"


def slow_tool() -> Any:
    """The activity as a tool."""
    return activity_as_tool(slow, start_to_close_timeout=timedelta(seconds=20))


@workflow.defn
class Handoffs:
    """A swarm whose agents hand the task on."""

    @workflow.run
    async def run(self, names: list[str], options: dict[str, Any], sync: bool = False) -> dict[str, Any]:
        swarm = Swarm([agent(name, tools=[slow_tool()]) for name in names], **options)
        result = swarm("go") if sync else await swarm.invoke_async("go")
        return {
            "status": result.status.value,
            "order": [node.node_id for node in result.node_history],
            "texts": texts_of(result),
        }


@workflow.defn
class Nested:
    """An agent in an agent in an agent; the innermost has a slow tool."""

    @workflow.run
    async def run(self, plain: bool) -> str:
        inner: Agent = agent("inner", tools=[slow_tool()])
        if plain:
            inner = Agent(
                inner.model, name="inner", system_prompt="You are inner.", tools=[slow_tool()], callback_handler=None
            )
        middle = agent("middle", tools=[inner.as_tool(description="the inner")])
        outer: TemporalAgent = agent("outer", tools=[middle])
        return str(await outer.invoke_async("go")).strip()


@workflow.defn
class Delegates:
    """Strands' own tool that makes an agent at run time."""

    @workflow.run
    async def run(self) -> str:
        outer = agent("outer", tools=[make_subagent(), slow_tool()])
        return str(await outer.invoke_async("go")).strip()
