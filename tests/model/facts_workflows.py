"""Agents and user code that ask what the model is."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from strands import Agent, tool
from strands.agent.conversation_manager import (
    ConversationManager,
    SlidingWindowConversationManager,
    SummarizingConversationManager,
)
from strands.hooks import BeforeModelCallEvent
from temporalio import workflow

from strands_temporal import TemporalAgent

from .crossing_workflows import MakeAgent

temporal_agent: MakeAgent = partial(TemporalAgent, "model", callback_handler=None)


def facts_of(agent: Agent) -> dict[str, Any]:
    model: Any = agent.model
    return {
        "config": model.get_config(),
        "limit": model.context_window_limit,
        "utilization": model.estimate_utilization(30) if model.context_window_limit else None,
        "stateful": model.stateful,
    }


@workflow.defn
class Asks:
    """Asks after the first reply; before it in workflow code, in a tool or in a hook; or in `__init__`."""

    @workflow.init
    def __init__(self, where: str) -> None:
        self._agent = temporal_agent()
        self._in_init = facts_of(self._agent) if where == "init" else {}

    @workflow.run
    async def run(self, where: str) -> list[Any]:
        found: list[Any] = []
        agent = self._agent

        @tool
        def look() -> str:
            """Look at the model."""
            found.append(facts_of(agent))
            return "looked"

        def hook(event: BeforeModelCallEvent) -> None:
            found.append(facts_of(agent))

        agent.tool_registry.register_tool(look)
        if where == "hook":
            agent.hooks.add_callback(BeforeModelCallEvent, hook)
        if where == "workflow":
            found.append(facts_of(agent))
        if where == "tool":
            agent.tool.look(record_direct_tool_call=False)
        for prompt in ("one", "two"):
            await agent.invoke_async(prompt)
        found.append(facts_of(agent))
        return [self._in_init, *found]


MANAGERS: dict[str, Any] = {
    "sliding": lambda: SlidingWindowConversationManager(window_size=30, proactive_compression=True),
    "sliding, early": lambda: SlidingWindowConversationManager(
        window_size=30, proactive_compression={"compression_threshold": 0.2}
    ),
    "summarizing": lambda: SummarizingConversationManager(
        summary_ratio=0.5, preserve_recent_messages=2, proactive_compression=True
    ),
}

EARLIER: list[Any] = [
    {"role": role, "content": [{"text": f"earlier {number} " + "word " * 40}]}
    for number in range(4)
    for role in ("user", "assistant")
]


async def chat(make: MakeAgent, manager: ConversationManager) -> list[Any]:
    """Eight turns of which each is long, with an earlier conversation that is too long."""
    agent = make(conversation_manager=manager, messages=list(EARLIER))
    for turn in range(8):
        await agent.invoke_async(f"turn {turn} " + "word " * 20)
    return [[message["role"], message["content"][0].get("text")] for message in agent.messages]


@workflow.defn
class Compresses:
    """A conversation manager that looks at what a request takes of the context window."""

    @workflow.run
    async def run(self, manager: str) -> list[Any]:
        return await chat(temporal_agent, MANAGERS[manager]())


async def counts(make: MakeAgent, observed: bool) -> list[Any]:
    """Three turns, and the tokens that each was to have; what user code counts itself; and the hook's sum."""
    agent = make(system_prompt="Be brief.")
    seen: list[Any] = []
    if observed:
        agent.hooks.add_callback(BeforeModelCallEvent, lambda event: seen.append(event.projected_input_tokens))
    for prompt in ("one", "two", "three"):
        await agent.invoke_async(prompt)
    if observed:
        seen.append(await agent.model.count_tokens(agent.messages[:1]))
    return seen


@workflow.defn
class Counts:
    @workflow.run
    async def run(self, observed: bool) -> list[Any]:
        return await counts(temporal_agent, observed)


@workflow.defn
class CountsTooMuch:
    """A conversation that is too large to be sent as a whole, though each message was small enough."""

    @workflow.run
    async def run(self, texts: int, size: int) -> list[Any]:
        messages: list[Any] = [{"role": "user", "content": [{"text": "x" * size}]} for _ in range(texts)]
        model = temporal_agent().model
        return [await model.count_tokens(messages[:1]), await model.count_tokens(messages)]


@workflow.defn
class Misnamed:
    """A model that no worker knows."""

    @workflow.run
    async def run(self, how: str) -> None:
        agent = TemporalAgent("modle", name="asker", callback_handler=None)
        if how == "sync":
            agent.model.get_config()
        await asyncio.sleep(0)
        await agent.model.count_tokens([])
