"""Turns that stop for the next run, together with what else an invocation may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from strands import Agent
from strands.agent import AgentResult
from strands.hooks import AfterInvocationEvent, BeforeInvocationEvent
from temporalio import workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import AgentState, activity_as_tool, run_turn

from .long_workflows import OPTIONS, delete, leaver, look


class Count(BaseModel):
    """What was seen.

    Attributes:
        seen: How many things.
    """

    seen: int


@dataclass
class Going:
    events: int | None
    agent: AgentState | None = None
    runs: int = 1


async def approving(agent: Agent, prompt: Any = None) -> AgentResult:
    """Invokes an agent as an approver does: answers what it asks for, and resumes it."""
    result = await agent.invoke_async(prompt)
    while result.stop_reason == "interrupt":
        responses: Any = [
            {"interruptResponse": {"interruptId": each.id, "response": "yes"}} for each in result.interrupts or ()
        ]
        result = await agent.invoke_async(responses)
    return result


@workflow.defn
class Combined:
    """One turn with approvals in between; hooks count the invocations."""

    @workflow.run
    async def run(self, input: Going) -> str:
        agent = TemporalAgent("scripted", tools=[activity_as_tool(look, **OPTIONS), delete], callback_handler=None)
        if input.agent:
            input.agent.restore(agent)
        begun, ended = [0], [0]
        agent.hooks.add_callback(BeforeInvocationEvent, lambda event: _add(begun))
        agent.hooks.add_callback(AfterInvocationEvent, lambda event: _add(ended))

        async def invoke(prompt: Any) -> AgentResult:
            return await approving(agent, prompt)

        result = await run_turn(agent, "go", leave_when=leaver(input.events or 0), invoke=invoke)
        if result.stop_reason == "checkpoint":
            workflow.continue_as_new(Going(input.events, AgentState.of(agent), input.runs + 1))
        assert begun == ended
        return f"{str(result).strip()} in {input.runs} runs"


@workflow.defn
class Suggested:
    """A turn with structured output that leaves its run when the server says so; one invocation in each run."""

    @workflow.run
    async def run(self, input: Going) -> str:
        agent = TemporalAgent("scripted", tools=[activity_as_tool(look, **OPTIONS)], callback_handler=None)
        if input.agent:
            input.agent.restore(agent)
        begun = [0]
        agent.hooks.add_callback(BeforeInvocationEvent, lambda event: _add(begun))
        result = await run_turn(agent, "count", structured_output_model=Count)
        assert begun == [1]
        if result.stop_reason == "checkpoint":
            workflow.continue_as_new(Going(None, AgentState.of(agent), input.runs + 1))
        assert isinstance(result.structured_output, Count)
        return f"{result.structured_output.seen} in {input.runs} runs"


def _add(count: list[int]) -> None:
    count[0] += 1
