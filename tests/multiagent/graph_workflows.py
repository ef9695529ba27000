"""Graphs of agents; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from strands.multiagent import GraphBuilder
from strands.multiagent.graph import Graph, GraphState
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool

HALF_A_SECOND = 0.5


@activity.defn
async def look_up(word: str) -> str:
    """Look a word up, slowly.

    Args:
        word: The word.
    """
    await asyncio.sleep(HALF_A_SECOND)
    return f"{word} is found"


def agent(name: str, **options: Any) -> TemporalAgent:
    """An agent of a graph, with a prompt that tells the model whom it is."""
    return TemporalAgent("scripted", name=name, system_prompt=f"You are {name}.", callback_handler=None, **options)


def diamond(names: list[str], node: Callable[[str], Any]) -> Graph:
    """One first node, many beside each other, and one that gets what they say."""
    builder = GraphBuilder()
    for name in ("first", "last", *names):
        builder.add_node(node(name), name)
    for name in names:
        builder.add_edge("first", name)
        builder.add_edge(name, "last")
    builder.set_entry_point("first")
    builder.set_max_node_executions(len(names) + 2)
    return builder.build()


def node_with_tool(name: str) -> TemporalAgent:
    """A node of `diamond` in a workflow."""
    options: dict[str, Any] = {
        "start_to_close_timeout": timedelta(seconds=10),
        "heartbeat_timeout": timedelta(seconds=2),
    }
    return agent(name, tools=[activity_as_tool(look_up, **options)])


def texts_of(result: Any) -> dict[str, str]:
    """What each node said."""
    return {name: str(each.result).strip() for name, each in result.results.items()}


@workflow.defn
class Diamond:
    """A graph with nodes that run beside each other."""

    @workflow.run
    async def run(self, names: list[str], sync: bool = False) -> dict[str, Any]:
        graph = diamond(names, node_with_tool)
        result = graph("go") if sync else await graph.invoke_async("go")
        return {
            "status": result.status.value,
            "order": [node.node_id for node in result.execution_order],
            "texts": texts_of(result),
            "tokens": result.accumulated_usage["totalTokens"],
        }


def _not_good_yet(state: GraphState) -> bool:
    return "GOOD" not in str(state.results["critic"].result)


@workflow.defn
class Cycle:
    """A writer and a critic that sends it back, with a limit."""

    @workflow.run
    async def run(self, limits: dict[str, Any]) -> dict[str, Any]:
        builder = GraphBuilder()
        builder.add_node(agent("writer"), "writer")
        builder.add_node(agent("critic"), "critic")
        builder.add_edge("writer", "critic")
        builder.add_edge("critic", "writer", condition=_not_good_yet)
        builder.set_entry_point("writer")
        builder.reset_on_revisit(True)
        builder.set_max_node_executions(limits.get("executions", 10))
        if "seconds" in limits:
            builder.set_execution_timeout(limits["seconds"])
        if "node_seconds" in limits:
            builder.set_node_timeout(limits["node_seconds"])
        graph = builder.build()
        result = await graph.invoke_async("write")
        return {"status": result.status.value, "order": [node.node_id for node in result.execution_order]}
