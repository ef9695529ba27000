"""The chat workflow of both variants that have agents; each makes its own agent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from strands import Agent
from strands.agent.conversation_manager import NullConversationManager, SlidingWindowConversationManager
from temporalio import workflow

from .clock import cpu_of
from .messages import text_of, user_content
from .settings import Settings
from .text import SYSTEM_PROMPT
from .tool_activities import ACTIVITIES

TIMEOUT = timedelta(seconds=60)


class AgentChat:
    """Takes a turn with each update; the subclass sets `agent`."""

    agent: Agent

    @workflow.update
    async def turn(self, prompt: str) -> str:
        """One turn: the user's prompt to the agent's answer."""
        result = await self.agent.invoke_async(user_content(prompt))
        return text_of(result.message)


def agent_keywords(settings: Settings, activity_as_tool: Callable[..., Any]) -> dict[str, Any]:
    """What an agent is made of; the same for both variants, but for how an activity becomes a tool."""
    activities = ACTIVITIES if settings.tools else []
    return {
        "model": "benchmark",
        "start_to_close_timeout": TIMEOUT,
        "tools": [activity_as_tool(function, start_to_close_timeout=TIMEOUT) for function in activities],
        "system_prompt": SYSTEM_PROMPT,
        "conversation_manager": SlidingWindowConversationManager() if settings.window else NullConversationManager(),
        "callback_handler": None,
        **settings.agent_options,
    }


def construction(agent: Callable[..., Agent], activity_as_tool: Callable[..., Any], count: int) -> list[float]:
    """Seconds of CPU to make an agent with its tools, and with tools that are there already."""

    def keywords() -> dict[str, Any]:
        return agent_keywords(Settings(), activity_as_tool)

    made = keywords()
    # Inside of the sandbox, as an agent is made; the clock is of a module that passes through, and needs no leave.
    return [cpu_of(lambda: agent(**keywords()), count), cpu_of(lambda: agent(**made), count)]
