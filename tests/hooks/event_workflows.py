"""Agents whose hooks write down every event, and whose hooks change what the agent does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import strands.hooks
from strands import Agent, tool
from strands.hooks import (
    AfterInvocationEvent,
    AfterModelCallEvent,
    AfterToolCallEvent,
    AfterToolsEvent,
    AgentInitializedEvent,
    BeforeInvocationEvent,
    BeforeModelCallEvent,
    BeforeToolCallEvent,
    BeforeToolsEvent,
    HookEvent,
    HookProvider,
    HookRegistry,
)
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_hook

EVENTS: list[type[HookEvent]] = [
    value
    for value in (getattr(strands.hooks, name) for name in strands.hooks.__all__)
    if isinstance(value, type) and issubclass(value, HookEvent) and value is not HookEvent
]
"""Every public event of a single agent that this version of Strands has."""


@tool
def count_letters(word: str) -> int:
    """Count the letters of a word."""
    return len(word)


@tool
def shout(word: str) -> str:
    """Say a word aloud."""
    return word.upper()


@dataclass
class Seen:
    """What an activity is told of an event."""

    event: str
    what: str


@activity.defn
async def record(seen: Seen) -> str:
    """Keep a record."""
    return f"{seen.event}: {seen.what}"


def describe(event: HookEvent) -> str:
    """What the public fields of an event say, without the agent and what differs by run."""
    shown: list[str] = []
    for field in fields(event):
        value: Any = getattr(event, field.name)
        if field.name == "message" or field.name == "messages":
            shown.append(f"{field.name}={[text_of(each) for each in (value if isinstance(value, list) else [value])]}")
        elif field.name == "tool_use":
            shown.append(f"tool_use={value['name']}({value['input']})")
        elif field.name == "result" and isinstance(event, AfterToolCallEvent):
            shown.append(f"result={value['status']}: {value['content']}")
        elif field.name == "result":
            shown.append(f"result={value and value.stop_reason}")
        elif field.name == "stop_response":
            shown.append(f"stop_response={value and value.stop_reason}")
        elif field.name == "selected_tool":
            shown.append(f"selected_tool={value and value.tool_name}")
        elif field.name == "invocation_state":
            shown.append(f"user={value.get('user')}")
    return ", ".join(shown)


def text_of(message: Any) -> str:
    """The kinds of blocks of a message."""
    return f"{message['role']}: {[next(iter(block)) for block in message['content']]}"


class Recorder(HookProvider):
    """A sync and an async callback for every event, and where the events can wait, an activity between them."""

    def __init__(self, *, with_activity: bool) -> None:
        self.log: list[str] = []
        self._with_activity = with_activity

    def register_hooks(self, registry: HookRegistry, **kwargs: Any) -> None:
        for event_type in EVENTS:
            registry.add_callback(event_type, self.sync_callback)
            if event_type is AgentInitializedEvent:
                continue
            if self._with_activity:
                registry.add_callback(
                    event_type,
                    activity_as_hook(record, activity_input=lambda event: Seen(type(event).__name__, describe(event))),
                )
            registry.add_callback(event_type, self.async_callback)

    def sync_callback(self, event: HookEvent) -> None:
        self.log.append(f"sync {type(event).__name__}({describe(event)})")

    async def async_callback(self, event: HookEvent) -> None:
        await asyncio.sleep(0)
        self.log.append(f"async {type(event).__name__}({describe(event)})")


async def record_everything(agent_type: Any, model: Any, with_activity: bool) -> list[str]:
    """Run an agent with a tool call, and return what its hooks saw, in their order."""
    recorder = Recorder(with_activity=with_activity)
    agent: Agent = agent_type(model, name="seen", callback_handler=None, hooks=[recorder], tools=[count_letters])
    agent.add_hook(lambda event: recorder.log.append("add_hook"), AfterInvocationEvent)
    await agent.invoke_async("How long is 'abc'?", invocation_state={"user": "Ann"})
    return recorder.log


@workflow.defn
class RecordsEverything:
    @workflow.run
    async def run(self, with_activity: bool) -> list[str]:
        return await record_everything(TemporalAgent, "scripted", with_activity)


class Writes:
    """What a callback writes into an event, by event and field; each is used once."""

    def __init__(self) -> None:
        self.retried = 0

    def before_invocation_messages(self, event: BeforeInvocationEvent) -> None:
        event.messages = [{"role": "user", "content": [{"text": "[redacted]"}]}]

    def before_invocation_cancel(self, event: BeforeInvocationEvent) -> None:
        event.cancel = "not today"

    def after_invocation_resume(self, event: AfterInvocationEvent) -> None:
        if not self.retried:
            self.retried = 1
            event.resume = f"and again, after {event.result.stop_reason if event.result else None}"

    def before_tools_cancel(self, event: BeforeToolsEvent) -> None:
        event.cancel = "no tools today"

    def after_tools_end_turn(self, event: AfterToolsEvent) -> None:
        event.end_turn = "that is enough"

    def before_tool_call_cancel_tool(self, event: BeforeToolCallEvent) -> None:
        event.cancel_tool = "denied"

    def before_tool_call_selected_tool(self, event: BeforeToolCallEvent) -> None:
        event.selected_tool = shout

    def before_tool_call_tool_use(self, event: BeforeToolCallEvent) -> None:
        event.tool_use = {**event.tool_use, "input": {"word": "abcdefg"}}

    def after_tool_call_result(self, event: AfterToolCallEvent) -> None:
        event.result = {**event.result, "content": [{"text": f"seven, not {event.result['content'][0].get('text')}"}]}

    def after_tool_call_retry(self, event: AfterToolCallEvent) -> None:
        self.retried += 1
        event.retry = self.retried < 3

    def before_model_call_cancel(self, event: BeforeModelCallEvent) -> None:
        if event.agent.messages[-1]["content"][0].get("toolResult"):
            event.cancel = "said enough"

    def after_model_call_retry(self, event: AfterModelCallEvent) -> None:
        self.retried += 1
        event.retry = self.retried == 1


def callbacks(writes: Writes) -> dict[str, Callable[[Any], None]]:
    """The callbacks by name."""
    return {name: getattr(writes, name) for name in vars(Writes) if name.startswith(("before_", "after_"))}


@workflow.defn
class WritesOneField:
    """Registers one of the callbacks, sync or as a coroutine, and returns the result and the count of tool calls."""

    @workflow.run
    async def run(self, name: str, as_coroutine: bool) -> list[Any]:
        calls: list[str] = []

        @tool
        def count_letters(word: str) -> int:
            """Count the letters of a word."""
            calls.append(word)
            return len(word)

        writes = Writes()
        callback = callbacks(writes)[name]
        event_type: Any = next(iter(callback.__annotations__.values()))

        async def coroutine(event: Any) -> None:
            await asyncio.sleep(0)
            callback(event)

        agent = TemporalAgent("scripted", callback_handler=None, tools=[count_letters])
        registered: Any = coroutine if as_coroutine else callback
        agent.add_hook(registered, getattr(strands.hooks, event_type))
        result = await agent.invoke_async("How long is 'abc'?")
        return [str(result).strip(), calls]
