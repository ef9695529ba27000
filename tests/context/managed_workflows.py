"""Conversations that are kept short in every way that Strands knows, in a workflow and outside of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeAlias

from strands import Agent, tool
from strands.agent.conversation_manager import (
    NullConversationManager,
    SlidingWindowConversationManager,
    SummarizingConversationManager,
)
from strands.agent.conversation_manager.compression.pin_message import pin_message
from strands.experimental.context_manager import ContextManager, Offload
from temporalio import workflow

from strands_temporal import TemporalAgent, TemporalStorage

MakeAgent: TypeAlias = Callable[..., Agent]

PADDING = " and so on" * 20


@tool
def look(what: str, size: int) -> str:
    """Look at something, which has much to it.

    Args:
        what: What.
        size: How much.
    """
    return f"{what}: " + " ".join(str(number) for number in range(size))


async def talk(agent: Agent, count: int, word: str = "say") -> list[Any]:
    """So many turns, and what is left of them."""
    said: list[Any] = []
    for number in range(count):
        result = await agent.invoke_async(f"{word} {number}{PADDING}")
        said.append([result.stop_reason, str(result).strip()])
    return [said, [[message["role"], message["content"]] for message in agent.messages]]


async def null(make: MakeAgent) -> Any:
    return await talk(make(conversation_manager=NullConversationManager()), 3)


async def window(make: MakeAgent) -> Any:
    return await talk(make(conversation_manager=SlidingWindowConversationManager(window_size=4)), 5)


async def window_per_turn(make: MakeAgent) -> Any:
    manager = SlidingWindowConversationManager(window_size=4, per_turn=True)
    return await talk(make(conversation_manager=manager), 2, "look thrice")


async def window_every_second_turn(make: MakeAgent) -> Any:
    manager = SlidingWindowConversationManager(window_size=4, per_turn=2)
    return await talk(make(conversation_manager=manager), 2, "look thrice")


async def window_proactive(make: MakeAgent) -> Any:
    manager = SlidingWindowConversationManager(proactive_compression={"compression_threshold": 0.1})
    return await talk(make(conversation_manager=manager), 4)


async def window_overflow(make: MakeAgent) -> Any:
    return await talk(make(conversation_manager=SlidingWindowConversationManager()), 5, "overflow")


async def window_large_result(make: MakeAgent) -> Any:
    """The result of a tool that is too much for the model is cut, and the model is asked again."""
    return await talk(make(conversation_manager=SlidingWindowConversationManager()), 1, "look far")


async def window_pinned(make: MakeAgent) -> Any:
    return await talk(make(conversation_manager=SlidingWindowConversationManager(window_size=4, pin_first=1)), 5)


async def default_overflow(make: MakeAgent) -> Any:
    return await talk(make(), 5, "overflow")


async def summarizing_overflow(make: MakeAgent) -> Any:
    manager = SummarizingConversationManager(summary_ratio=0.5, preserve_recent_messages=2)
    return await talk(make(conversation_manager=manager), 6, "overflow")


async def summarizing_proactive(make: MakeAgent) -> Any:
    manager = SummarizingConversationManager(
        summary_ratio=0.5, preserve_recent_messages=2, proactive_compression={"compression_threshold": 0.1}
    )
    return await talk(make(conversation_manager=manager), 5)


async def summarizing_pinned(make: MakeAgent) -> Any:
    manager = SummarizingConversationManager(summary_ratio=0.5, preserve_recent_messages=2, pin_first=1)
    agent = make(conversation_manager=manager)
    first = await talk(agent, 2)
    pin_message(agent.messages, 2)
    return [first, await talk(agent, 5, "overflow")]


async def summarizing_by_an_agent(make: MakeAgent) -> Any:
    by = make(system_prompt="Sum it up.")
    manager = SummarizingConversationManager(summary_ratio=0.5, preserve_recent_messages=2, summarization_agent=by)
    return await talk(make(conversation_manager=manager), 6, "overflow")


async def auto(make: MakeAgent) -> Any:
    agent = make(context_manager="auto")
    return [await talk(agent, 3), await talk(agent, 1, "look far"), await talk(agent, 3)]


async def auto_overflow(make: MakeAgent) -> Any:
    return await talk(make(context_manager="auto"), 6, "overflow")


async def agentic(make: MakeAgent) -> Any:
    """The model itself shortens the conversation, by the tools that it gets."""
    agent = make(context_manager="agentic")
    return [await talk(agent, 4), *[await talk(agent, 1, word) for word in ("pin", "truncate", "summarize", "say")]]


async def presets(make: MakeAgent) -> Any:
    names = ["large_tool_offloading", "stale_tool_cleanup", "proactive_summarization", "overflow_protection"]
    agent = make(context_manager={"strategies": names})
    return [await talk(agent, 2, "look thrice"), await talk(agent, 2)]


async def strategies(make: MakeAgent) -> Any:
    cut = Offload.truncate("tool_results", {"preview_tokens": 10}).when(threshold=50)
    short = Offload.summarize("*").when(utilization=0.1, preserve_recent=2)
    agent = make(context_manager=ContextManager(strategies=[cut, short]))
    return [await talk(agent, 2, "look back"), await talk(agent, 2)]


async def no_stash(make: MakeAgent) -> Any:
    cut = Offload.drop("tool_results").when(preserve_recent=1)
    return await talk(make(context_manager={"strategies": [cut], "stash": False}), 2, "look thrice")


async def switched_off(make: MakeAgent) -> Any:
    return await talk(make(context_manager=False), 3)


_ALL: list[Callable[[MakeAgent], Awaitable[Any]]] = [
    *(null, window, window_per_turn, window_every_second_turn, window_proactive, window_overflow, window_large_result),
    *(window_pinned, default_overflow, summarizing_overflow, summarizing_proactive, summarizing_pinned),
    *(summarizing_by_an_agent, auto, auto_overflow, agentic, presets, strategies, no_stash, switched_off),
]
CONVERSATIONS = {each.__name__: each for each in _ALL}  # type: ignore[attr-defined]


@workflow.defn
class Managed:
    """One of the conversations."""

    @workflow.run
    async def run(self, name: str) -> Any:
        make = partial(TemporalAgent, "scripted", aux_model="aux", tools=[look], callback_handler=None)
        return await CONVERSATIONS[name](make)


@workflow.defn
class Stashed:
    """What is put away is in a storage of the worker, and the model gets it back from there."""

    @workflow.run
    async def run(self) -> str:
        cut = Offload.truncate("tool_results", {"preview_tokens": 10}).when(threshold=50)
        manager = ContextManager(strategies=[cut], stash={"storage": TemporalStorage("storage")})
        agent = TemporalAgent("scripted", tools=[look], context_manager=manager, callback_handler=None)
        return str(await agent.invoke_async("look back")).strip()
