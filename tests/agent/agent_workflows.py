"""Agents made in every way; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from strands import ToolContext, tool
from strands.agent.conversation_manager import SlidingWindowConversationManager
from strands.event_loop._retry import ModelRetryStrategy
from strands.hooks import BeforeModelCallEvent
from temporalio import activity, workflow
from temporalio.common import Priority, RawValue, RetryPolicy
from temporalio.workflow import ActivityCancellationType

from strands_temporal import TemporalAgent
from strands_temporal.testing import ScriptedModel
from strands_temporal.workflow import activity_as_tool


@tool
def count(word: str) -> int:
    """Count letters."""
    return len(word)


@activity.defn
async def twice(text: str) -> str:
    """Say it twice."""
    return f"{text} {text}"


@activity.defn
async def unrelated() -> None:
    """Do nothing that an agent needs."""


@activity.defn(dynamic=True)
async def anything(arguments: Sequence[RawValue]) -> None:
    """A dynamic activity has no name."""


@activity.defn
async def many(*words: str) -> None:
    """Takes any number of words."""


MISTAKES: dict[str, Callable[[], Any]] = {
    "model object": lambda: TemporalAgent(ScriptedModel(["hi"])),  # type: ignore[arg-type]
    "empty model": lambda: TemporalAgent(""),
    "model of another type": lambda: TemporalAgent(7),  # type: ignore[arg-type]
    "retry_strategy": lambda: TemporalAgent("scripted", retry_strategy=ModelRetryStrategy()),
    "no metrics": lambda: TemporalAgent("scripted", max_metrics_invocations=0),
    "number as timeout": lambda: TemporalAgent("scripted", start_to_close_timeout=60),
    "zero timeout": lambda: TemporalAgent("scripted", heartbeat_timeout=timedelta(0)),
    "retry policy of another type": lambda: TemporalAgent("scripted", retry_policy=3),
    "unknown keyword": lambda: TemporalAgent("scripted", no_such_option=1),
    "tool without defn": lambda: activity_as_tool(lambda text: text),
    "tool with a wrong option": lambda: activity_as_tool(twice, start_to_close_timeout=5),  # type: ignore[arg-type]
    "tool with an unknown option": lambda: activity_as_tool(twice, timeout=timedelta(5)),  # type: ignore[call-arg]
}


@workflow.defn
class Mistake:
    """Makes one of the mistakes in `__init__` or in `run`."""

    @workflow.init
    def __init__(self, mistake: str, where: str) -> None:
        if where == "init":
            MISTAKES[mistake]()

    @workflow.run
    async def run(self, mistake: str, where: str) -> None:
        MISTAKES[mistake]()


@workflow.defn
class Snapshots:
    @workflow.run
    async def run(self, method: str) -> None:
        agent = TemporalAgent("scripted", callback_handler=None)
        agent.take_snapshot() if method == "take_snapshot" else agent.load_snapshot(None)


@tool(context=True)
def ask_first(tool_context: ToolContext) -> str:
    """Ask for approval."""
    return f"approved: {tool_context.interrupt('approval', reason='may I?')}"


@workflow.defn
class SubAgentAsks:
    """A sub-agent's tool asks for approval, which Strands carries by a snapshot of the sub-agent."""

    @workflow.run
    async def run(self) -> list[Any]:
        inner = TemporalAgent("scripted", name="inner", tools=[ask_first], callback_handler=None)
        outer = TemporalAgent("scripted", name="outer", tools=[inner.as_tool()], callback_handler=None)
        result = await outer.invoke_async("go")
        (interrupt,) = result.interrupts or []
        response: Any = [{"interruptResponse": {"interruptId": interrupt.id, "response": "yes"}}]
        result = await outer.invoke_async(response)
        return [interrupt.reason, str(result).strip()]


@workflow.defn
class PassesEverything:
    """Positional arguments as on Agent, keywords of Agent, and every activity option."""

    @workflow.run
    async def run(self) -> list[Any]:
        heard: list[str] = []
        first = TemporalAgent(
            "scripted",
            [{"role": "user", "content": [{"text": "earlier"}]}, {"role": "assistant", "content": [{"text": "yes"}]}],
            [count],
            "be brief",
            None,
            lambda **event: heard.append(event["data"]) if "data" in event else None,
            SlidingWindowConversationManager(window_size=10),
            name="first",
            state={"a": 1},
            task_queue=workflow.info().task_queue,
            schedule_to_close_timeout=timedelta(seconds=61),
            schedule_to_start_timeout=timedelta(seconds=62),
            start_to_close_timeout=timedelta(seconds=63),
            heartbeat_timeout=timedelta(seconds=64),
            retry_policy=RetryPolicy(maximum_attempts=7),
            cancellation_type=ActivityCancellationType.ABANDON,
            summary="asking the model",
            priority=Priority(priority_key=4),
            retry_strategy=None,
        )
        result = await first.invoke_async("now")
        return [str(result).strip(), first.state.get("a"), "".join(heard)]


@workflow.defn
class Defaults:
    """Nothing but a model name, and a tool with nothing but its function."""

    @workflow.run
    async def run(self) -> str:
        agent = TemporalAgent("scripted", tools=[activity_as_tool(twice)], callback_handler=None)
        return str(await agent.invoke_async("go")).strip()


@workflow.defn
class ToolOptions:
    @workflow.run
    async def run(self) -> str:
        options: Any = {
            "task_queue": workflow.info().task_queue,
            "schedule_to_close_timeout": timedelta(seconds=61),
            "schedule_to_start_timeout": timedelta(seconds=62),
            "start_to_close_timeout": timedelta(seconds=63),
            "heartbeat_timeout": timedelta(seconds=64),
            "retry_policy": RetryPolicy(maximum_attempts=7, non_retryable_error_types=["Mine"]),
            "cancellation_type": ActivityCancellationType.ABANDON,
            "activity_id": "my-own-id",
            "summary": "saying it twice",
            "priority": Priority(priority_key=4),
        }
        agent = TemporalAgent("scripted", tools=[activity_as_tool(twice, **options)], callback_handler=None)
        return str(await agent.invoke_async("go")).strip()


@workflow.defn
class OtherQueue:
    """Its model calls, or its tool's, go to a task queue whose worker does not know them."""

    @workflow.run
    async def run(self, model_queue: str | None, tool_queue: str | None) -> str:
        tool = activity_as_tool(twice, task_queue=tool_queue)
        agent = TemporalAgent("scripted", tools=[tool], task_queue=model_queue, callback_handler=None)
        return str(await agent.invoke_async("go")).strip()


@workflow.defn
class Prints:
    """Strands' default handler prints as the reply comes."""

    @workflow.run
    async def run(self) -> None:
        agent = TemporalAgent("scripted")
        await agent.invoke_async("one")
        await asyncio.sleep(0.01)
        await agent.invoke_async("two")


@workflow.defn
class RaisesInHook:
    @workflow.run
    async def run(self, how: str) -> str:
        def hook(event: BeforeModelCallEvent) -> None:
            raise LookupError("the hook is broken")

        agent = TemporalAgent("scripted", name="hooked", callback_handler=None, hooks=[hook])
        if how == "caught":
            try:
                await agent.invoke_async("go")
            except LookupError as error:
                return f"caught {error}"
        if how == "bad prompt":
            await TemporalAgent("scripted", name="hooked", callback_handler=None).invoke_async(12)  # type: ignore[arg-type]
        await agent.invoke_async("go")
        return "not reached"


@workflow.defn
class OwnError:
    """A mistake of the user's own, which Temporal's rule makes fail the workflow task."""

    @workflow.run
    async def run(self) -> None:
        raise KeyError("mine")
