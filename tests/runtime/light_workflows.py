"""Workflows that show what is the same with less work in Strands; loaded in the sandbox without import guards."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from opentelemetry import trace
from strands import tool
from strands.event_loop import event_loop, streaming
from strands.telemetry.tracer import get_tracer
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool


@tool
def add(a: int, b: int = 1) -> int:
    """Add numbers."""
    return a + b


@tool
def fail() -> str:
    """Fail."""
    raise ValueError("no")


@activity.defn
async def tell(text: str, times: int = 1) -> str:
    """Tell a text.

    Args:
        text: What to tell.
        times: How often.
    """
    return text * times


def agent(*tools: Any, **options: Any) -> TemporalAgent:
    return TemporalAgent("scripted", tools=list(tools), callback_handler=None, **options)


@workflow.defn
class Traced:
    """Two invocations, with a tool, an activity tool and a failing tool."""

    @workflow.run
    async def run(self) -> str:
        chat = agent(add, fail, activity_as_tool(tell), system_prompt="Be brief.", trace_attributes={"team": "a"})
        await chat.invoke_async("first")
        return str(await chat.invoke_async("second"))


class Untouchable(list[Any]):
    """Messages that nobody may read."""

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError("the messages were read")


@workflow.defn
class Untraced:
    """Starts and ends spans that do not record, with messages that would say so if they were read."""

    @workflow.run
    async def run(self) -> bool:
        tracer = get_tracer()
        cycle = tracer.start_event_loop_cycle_span({}, Untouchable())
        span = tracer.start_model_invoke_span(Untouchable(), parent_span=cycle, system_prompt="x")
        tracer.end_tool_call_span(span, {"status": "success", "toolUseId": "1", "content": Untouchable()})
        return span.is_recording() or cycle.is_recording() or trace.get_current_span().is_recording()


@workflow.defn
class Copies:
    """What Strands' modules get from `copy.deepcopy` in a workflow."""

    @workflow.run
    async def run(self) -> list[bool]:
        shared: dict[str, Any] = {"deep": [1]}
        value: Any = [shared, "x", b"y", None]
        outcome: list[bool] = []
        for module in (event_loop, streaming):
            copied: Any = module.copy.deepcopy(value)
            outcome += [
                copied == value,
                copied[0] is not shared,
                module.copy.copy is copy.copy,
            ]
        return outcome


@workflow.defn
class Direct:
    """Calls tools directly, waits, and goes on."""

    def __init__(self) -> None:
        self.chat = agent(add)
        self.go = False

    @workflow.signal
    def proceed(self) -> None:
        self.go = True

    @workflow.query
    def ids(self) -> list[Any]:
        agent()  # takes an id too, which must not move those of the workflow
        return [self.chat.session_id, *(message.get("tracking_id") for message in self.chat.messages)]

    @workflow.run
    async def run(self) -> list[Any]:
        self.chat.tool.add(a=1)
        self.chat.tool.add(a=2)
        await self.chat.invoke_async("first")
        await workflow.wait_condition(lambda: self.go)
        self.chat.tool.add(a=3)
        await self.chat.invoke_async("second")
        times = [message.get("metadata", {}).get("metrics") for message in self.chat.messages]
        traces = [trace.id for trace in self.chat.event_loop_metrics.traces]
        own = workflow.random().random() == random.Random(workflow.random_seed()).random()
        return [self.ids(), traces, times, own]


@workflow.defn
class Changes:
    """Changes the specification of its tool, which is nobody else's."""

    @workflow.run
    async def run(self) -> list[str]:
        made = activity_as_tool(tell)
        made.tool_spec["description"] += " Loudly."
        made.tool_spec["inputSchema"]["json"]["properties"]["text"]["description"] = "changed"
        other = activity_as_tool(tell).tool_spec
        return [
            made.tool_spec["description"],
            other["description"],
            other["inputSchema"]["json"]["properties"]["text"]["description"],
        ]


@workflow.defn
class Waits:
    """Has an agent wait in a model call."""

    @workflow.run
    async def run(self) -> str:
        return str(await agent().invoke_async("go"))
