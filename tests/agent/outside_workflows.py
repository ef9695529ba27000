"""Workflows with what only works outside of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strands import Agent
from strands.bidi.agent import BidiAgent
from strands.tools.mcp import MCPClient
from temporalio import workflow

from strands_temporal import TemporalAgent, TemporalModel

MCP_MADE_OUTSIDE = MCPClient(lambda: None)  # pyright: ignore[reportArgumentType]

OUTSIDE: dict[str, Callable[[], Any]] = {
    "MCPClient as a tool": lambda: TemporalAgent("scripted", tools=[MCP_MADE_OUTSIDE]),
    "MCPClient made in the workflow": lambda: MCPClient(lambda: None),  # pyright: ignore[reportArgumentType]
    "MCPClient of a plain agent": lambda: Agent(TemporalModel("scripted"), tools=[[MCP_MADE_OUTSIDE]]),
    "a file": lambda: TemporalAgent("scripted", tools=["./tools/weather.py"]),
    "a file of a dict": lambda: TemporalAgent("scripted", tools=[{"name": "weather", "path": "tools/weather.py"}]),
    "a directory": lambda: TemporalAgent("scripted", load_tools_from_directory=True),
    "BidiAgent": lambda: BidiAgent(),
}


@workflow.defn
class Outside:
    @workflow.run
    async def run(self, what: str) -> None:
        OUTSIDE[what]()


@workflow.defn
class ToolsOfAModule:
    @workflow.run
    async def run(self, prompt: str) -> str:
        return str(await TemporalAgent("scripted", tools=["tests.agent.some_tools:shout"]).invoke_async(prompt))
