"""What making a plain `strands.Agent` costs, outside of Temporal."""

from __future__ import annotations

from typing import Any

from strands import Agent, tool
from strands.agent.conversation_manager import NullConversationManager

from .clock import cpu_of
from .model import BenchmarkModel
from .text import SYSTEM_PROMPT
from .tools import FUNCTIONS


def construction(count: int) -> list[float]:
    """Seconds of CPU to make an agent with its tools, and with tools that are there already."""
    made = _tools()
    return [cpu_of(lambda: _agent(_tools()), count), cpu_of(lambda: _agent(made), count)]


def _tools() -> list[Any]:
    return [tool(function) for function in FUNCTIONS]


def _agent(tools: list[Any]) -> Agent:
    return Agent(
        model=BenchmarkModel(),
        tools=tools,
        system_prompt=SYSTEM_PROMPT,
        conversation_manager=NullConversationManager(),
        callback_handler=None,
    )
