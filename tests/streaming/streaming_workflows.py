"""Workflows whose agents are watched while they work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from strands import tool
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.contrib.workflow_streams import WorkflowStream, WorkflowStreamState

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool, truncate_stream

RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=50), backoff_coefficient=1, maximum_attempts=3)


@workflow.defn
class Streams:
    """The workflow of the page."""

    def __init__(self) -> None:
        self.stream = WorkflowStream()
        self.agent = TemporalAgent(
            "scripted",
            start_to_close_timeout=timedelta(seconds=60),
            streaming_topic="events",
            callback_handler=None,
        )

    @workflow.run
    async def run(self, prompt: str) -> str:
        return str(await self.agent.invoke_async(prompt)).strip()


@activity.defn
async def shout(text: str) -> str:
    """Shout."""
    return text.upper()


@tool
async def count(to: int) -> AsyncIterator[Any]:
    """Count."""
    for number in range(1, to):
        yield number
    yield f"counted to {to}"


@workflow.defn
class Options:
    """An agent with options of the test's."""

    @workflow.init
    def __init__(self, prompt: str, options: dict[str, Any]) -> None:
        self.stream = WorkflowStream()
        for name in ("streaming_batch_interval", "live_text", "heartbeat_timeout"):
            if isinstance(options.get(name), float):
                options[name] = timedelta(seconds=options[name])
        options.setdefault("retry_policy", RETRY)
        self.agent = TemporalAgent(
            "scripted", tools=[count, activity_as_tool(shout)], callback_handler=None, name="watched", **options
        )

    @workflow.run
    async def run(self, prompt: str, options: dict[str, Any]) -> str:
        return str(await self.agent.invoke_async(prompt)).strip()


@workflow.defn
class NoStream:
    """A topic, and nothing that hosts it."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        agent = TemporalAgent("scripted", streaming_topic="events", callback_handler=None, name="lonely")
        return str(await agent.invoke_async(prompt))


@workflow.defn
class WrongOptions:
    """Makes an agent with options that are wrong."""

    @workflow.run
    async def run(self, name: str, value: Any, more: dict[str, Any]) -> None:
        given = timedelta(seconds=value) if isinstance(value, float) else value
        TemporalAgent("scripted", **{name: given, **more})


@workflow.defn
class Cancels:
    """Cancels its agent in the middle of a reply."""

    def __init__(self) -> None:
        self.stream = WorkflowStream()
        self.agent = TemporalAgent(
            "scripted",
            live_text=True,
            streaming_topic="events",
            callback_handler=None,
            start_to_close_timeout=timedelta(seconds=50),  # no heartbeat timeout for calls that are so short
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )

    @workflow.run
    async def run(self) -> str:
        result = await self.agent.invoke_async("go")
        return result.stop_reason

    @workflow.signal
    async def stop(self) -> None:
        self.agent.cancel()


@workflow.defn
class Several:
    """Several agents at once."""

    @workflow.run
    async def run(self, names: list[str]) -> list[str]:
        agents = [TemporalAgent("scripted", live_text=True, name=name, callback_handler=None) for name in names]
        results = await asyncio.gather(*(agent.invoke_async(agent.name) for agent in agents))
        return [str(result).strip() for result in results]


@dataclass
class ChatState:
    """What a chat carries into its next run."""

    turns_left: int
    max_bytes: int
    messages: list[Any]
    stream: WorkflowStreamState | None = None


@workflow.defn
class Chat:
    """A chat whose every turn is a run of its own."""

    @workflow.init
    def __init__(self, state: ChatState) -> None:
        self.stream = WorkflowStream(prior_state=state.stream)
        self.agent = TemporalAgent("scripted", messages=state.messages, streaming_topic="events", callback_handler=None)
        self.next = False

    @workflow.signal
    def go_on(self) -> None:
        self.next = True

    @workflow.run
    async def run(self, state: ChatState) -> int:
        await self.agent.invoke_async(f"turn {state.turns_left}")
        await workflow.wait_condition(lambda: self.next)
        if state.turns_left > 1:
            truncate_stream(self.stream, max_bytes=state.max_bytes)
            await self.stream.continue_as_new(
                lambda stream: [ChatState(state.turns_left - 1, state.max_bytes, list(self.agent.messages), stream)]
            )
        self.stream.detach_pollers()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return len(self.stream.get_state().log)
