"""Workflows that return an AgentResult, whole, from everywhere that Temporal takes a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from strands import Agent, ToolContext, tool
from strands.agent.agent_result import AgentResult
from strands.hooks import BeforeInvocationEvent, BeforeToolCallEvent
from temporalio import activity, workflow
from temporalio.converter import DefaultPayloadConverter

from strands_temporal import TemporalAgent


class Verdict(BaseModel):
    guilty: bool
    reasons: list[str]


# Async, because outside of a workflow sync tools run on threads, in any order.
@tool(context=True)
async def look(tool_context: ToolContext, at: str) -> str:
    """Look at something, and keep it in the state of the request."""
    state = tool_context.invocation_state["request_state"]
    state["seen"] = [*state.get("seen", []), at]
    state["note"] = {"raw": b"\xff\x00", "deep": {"half": "\ud83d"}}
    return f"saw {at}"


@tool(context=True)
def pocket(tool_context: ToolContext) -> str:
    """Keep in the state what cannot be written."""
    tool_context.invocation_state["request_state"]["held"] = {"things": [1, object()]}
    return "kept"


def ask_first(event: BeforeToolCallEvent) -> None:
    event.interrupt("approval", reason={"tool": event.tool_use["name"], "raw": b"\xfe"})


async def judged(agent_type: Any, model: Any, kind: str) -> AgentResult:
    agent: Agent = agent_type(model, name="judge", callback_handler=None, tools=[look, pocket])
    if kind == "interrupt":
        agent.add_hook(ask_first, BeforeToolCallEvent)
    if kind == "cancelled":
        agent.add_hook(lambda event: setattr(event, "cancel", "closed"), BeforeInvocationEvent)
    if kind == "local class":

        class LocalVerdict(Verdict):
            """A class that no other process can find."""

        return await agent.invoke_async("judge", structured_output_model=LocalVerdict)
    options: Any = {"structured_output_model": Verdict} if kind == "structured" else {}
    return await agent.invoke_async("judge", **options)


@workflow.defn
class ReturnsResult:
    @workflow.run
    async def run(self, kind: str) -> AgentResult:
        return await judged(TemporalAgent, "scripted", kind)


@activity.defn
async def summarize(result: AgentResult) -> str:
    """Say what came in."""
    verdict = result.structured_output
    return f"{type(result).__name__} {type(verdict).__name__} {result.metrics.cycle_count} {result.stop_reason}"


@activity.defn
async def echo(result: AgentResult) -> AgentResult:
    """Give back what came in."""
    return result


@workflow.defn
class EchoesResult:
    """Gives its result to an activity, and returns what that gives back."""

    @workflow.run
    async def run(self, prompt: str) -> AgentResult:
        result = await judged(TemporalAgent, "scripted", "structured")
        echoed = await workflow.execute_activity(echo, result, start_to_close_timeout=timedelta(seconds=10))
        assert isinstance(echoed.structured_output, Verdict)
        return echoed


@workflow.defn
class Child:
    @workflow.run
    async def run(self, results: list[AgentResult]) -> dict[str, AgentResult]:
        return {f"case {index}": result for index, result in enumerate(results)}


@workflow.defn
class ResultsEverywhere:
    """An AgentResult as an update's and a query's result, and of activities and child workflows, both ways."""

    def __init__(self) -> None:
        self.agent = TemporalAgent("scripted", callback_handler=None, tools=[look, pocket])
        self.result: AgentResult | None = None
        self.done = False

    @workflow.update
    async def turn(self, prompt: str) -> AgentResult:
        options: Any = {"structured_output_model": Verdict} if prompt == "judge" else {}
        self.result = await self.agent.invoke_async(prompt, **options)
        return self.result

    @workflow.query
    def last(self) -> AgentResult | None:
        return self.result

    @workflow.signal
    def end(self) -> None:
        self.done = True

    @workflow.run
    async def run(self) -> list[str]:
        await workflow.wait_condition(lambda: self.done)
        assert self.result is not None
        limit = timedelta(seconds=10)
        summary = await workflow.execute_activity(summarize, self.result, start_to_close_timeout=limit)
        echoed = await workflow.execute_activity(echo, self.result, start_to_close_timeout=limit)
        cases = await workflow.execute_child_workflow(Child.run, [self.result, echoed])
        return [summary, *(f"{name}: {type(each.structured_output) is Verdict}" for name, each in cases.items())]


class OwnConverter(DefaultPayloadConverter):
    """A converter of a user's."""


@dataclass
class Holder:
    result: AgentResult


@workflow.defn
class InAField:
    """An AgentResult where the converter does not look for one."""

    @workflow.run
    async def run(self) -> list[Holder]:
        return [Holder(await judged(TemporalAgent, "scripted", "plain"))]
