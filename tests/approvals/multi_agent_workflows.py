"""Graphs and swarms whose agents ask for approval; the workflow resumes them with the answers, as Strands' own loop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from strands.interrupt import Interrupt
from strands.multiagent import GraphBuilder, Swarm
from strands.multiagent.base import MultiAgentBase, Status
from temporalio import workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import Approvals

from .approvals_workflows import TOOLS


class Resumes:
    """Waits until all that a graph or swarm asks is answered, and resumes it, until it has ended."""

    def __init__(self) -> None:
        self.asked: list[Interrupt] = []
        self.answers: dict[str, str] = {}
        self.approvals = Approvals("delete_file")

    @workflow.query
    def questions(self) -> dict[str, str]:
        """Ids, by the paths that they are about."""
        waiting = [each for each in self.asked if each.id not in self.answers]
        return {(each.reason.get("tool_input") or each.reason)["path"]: each.id for each in waiting}

    @workflow.signal
    def answer(self, id: str, answer: str) -> None:
        self.answers[id] = answer

    def agent(self, name: str) -> TemporalAgent:
        hooks = [self.approvals]
        return TemporalAgent(
            "scripted", name=name, system_prompt=name, callback_handler=None, tools=[*TOOLS], hooks=hooks
        )

    async def finish(self, agents: MultiAgentBase) -> Any:
        result = await agents.invoke_async("clean up")
        while result.status == Status.INTERRUPTED:
            self.asked = list(result.interrupts)
            await workflow.wait_condition(lambda: all(each.id in self.answers for each in self.asked))
            answers: Any = [
                {"interruptResponse": {"interruptId": each.id, "response": self.answers[each.id]}}
                for each in self.asked
            ]
            result = await agents.invoke_async(answers)
        return result


@workflow.defn
class GraphAsks(Resumes):
    """First one agent, then another."""

    @workflow.init
    def __init__(self) -> None:
        super().__init__()

    @workflow.run
    async def run(self) -> dict[str, str]:
        builder = GraphBuilder()
        for name in ("first", "second"):
            builder.add_node(self.agent(name), name)
        builder.add_edge("first", "second")
        builder.set_execution_timeout(timedelta(hours=1).total_seconds())
        result = await self.finish(builder.build())
        return {name: str(node.result).strip() for name, node in result.results.items()}


@workflow.defn
class SwarmAsks(Resumes):
    """One agent hands over to another."""

    @workflow.init
    def __init__(self) -> None:
        super().__init__()

    @workflow.run
    async def run(self) -> dict[str, str]:
        hour = timedelta(hours=1).total_seconds()
        agents: list[Any] = [self.agent("first"), self.agent("second")]
        result = await self.finish(Swarm(agents, execution_timeout=hour, node_timeout=hour))
        return {name: str(node.result).strip() for name, node in result.results.items()}
