"""Workflows in which something may be too large, and that end by it or go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from strands.agent import AgentResult
from strands.telemetry.metrics import EventLoopMetrics
from temporalio import workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import AgentState


def much(size: int = 20_000) -> TemporalAgent:
    """An agent that has so many bytes to carry."""
    agent = TemporalAgent("scripted", callback_handler=None)
    agent.messages = [{"role": "user", "content": [{"text": "x" * size}]}]
    return agent


@workflow.defn
class Carries:
    """Continues as new once, with an `AgentState` or with messages."""

    @workflow.query
    def begun(self) -> bool:
        return True

    @workflow.run
    async def run(self, how: str, before: Any = None) -> str:
        if before is not None:
            return "carried"
        agent = much()
        workflow.continue_as_new(args=[how, AgentState.of(agent) if how == "state" else agent.messages])


@workflow.defn
class Trims:
    """Calls the model where something is too large to be carried, which happens twice."""

    @workflow.init
    def __init__(self, how: str, size: int = 20_000) -> None:
        self.released = False
        self.agent = much(size)

    @workflow.signal
    def release(self) -> None:
        self.released = True

    @workflow.query
    def carried(self) -> str:
        try:
            return f"{len(AgentState.of(self.agent).messages)} messages"
        except ValueError:
            return "too large"

    @workflow.run
    async def run(self, how: str, size: int = 20_000) -> list[str]:
        said: list[str] = []
        for _ in range(2):
            try:
                if how == "arguments":
                    workflow.continue_as_new(args=[how, self.agent.messages])
                AgentState.of(self.agent)
                said.append("fits")
            except ValueError:
                trimmed = TemporalAgent("scripted", callback_handler=None)
                said.append(str(await trimmed.invoke_async("summarize")).strip())
        await workflow.wait_condition(lambda: self.released, timeout=timedelta(hours=1))
        return said


def result() -> AgentResult:
    return AgentResult("end_turn", much().messages[0], EventLoopMetrics(), {})


@workflow.defn
class ReturnsMuch:
    """Returns a result of an agent that has much, as its own result or an update's."""

    def __init__(self) -> None:
        self.released = False

    @workflow.update
    async def result(self) -> AgentResult:
        return result()

    @workflow.signal
    def release(self) -> None:
        self.released = True

    @workflow.run
    async def run(self, wait: bool) -> Any:
        if not wait:
            return result()
        await workflow.wait_condition(lambda: self.released and workflow.all_handlers_finished())
        return "released"
