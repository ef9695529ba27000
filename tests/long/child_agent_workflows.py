"""Agents in child workflows whose parents continue as new: called, in a graph, and as tools."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from strands import ToolContext, tool
from strands.multiagent import GraphBuilder
from temporalio import workflow

from strands_temporal import TemporalAgent
from strands_temporal.testing import ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import AgentCall, AgentReply, AgentState, agent_as_child_workflow

CLEAN = "clean"


def cleaner(request: ScriptedRequest) -> Step:
    """A script: a boss hands its prompt on; a helper deletes where it is to clean, and else tells what it was told."""
    if request.system_prompt == "boss":
        if request.tool_results:
            return " | ".join(request.tool_result(n).strip() for n in range(len(request.tool_results)))
        return [ToolCall("helper", {"input": each}) for each in request.text.split(" and ")]
    if request.text.startswith(CLEAN) and not request.tool_results:
        return ToolCall("delete", {"path": f"/{request.text}"})
    told = [block["text"] for each in request.messages for block in each["content"] if "text" in block]
    done = [request.tool_result(n).strip() for n in range(len(request.tool_results))]
    return ", ".join([*(each for each in told if not each.startswith("told")), *done]).join(("told(", ")"))


@tool(context=True)
def delete(path: str, tool_context: ToolContext) -> str:
    """Delete, if a human says so.

    Args:
        path: What.
    """
    return f"{tool_context.interrupt('delete', reason=path)}: {path}"


@workflow.defn
class Helper:
    """An agent in a workflow of its own."""

    @workflow.run
    async def run(self, call: AgentCall) -> AgentReply:
        agent = TemporalAgent("scripted", system_prompt="helper", callback_handler=None, tools=[delete])
        return await call.answer(agent)


@dataclass
class Going:
    kind: str
    keeps: bool
    leaves: bool
    prompts: list[str]
    answers: list[str] = field(default_factory=list[str])
    asked: list[Any] = field(default_factory=list[Any])
    agent: AgentState | None = None
    graph: dict[str, Any] | None = None


@workflow.defn
class Parent:
    """One step (a turn, or the answers to what was asked) in each run, or all in one; answers come by a signal."""

    @workflow.init
    def __init__(self, going: Going) -> None:
        self.asked: list[Any] = []
        self.given: str | None = None
        self.leaving = False

    @workflow.query
    def waits_for(self) -> list[Any]:
        return self.asked

    @workflow.signal
    def answer(self, words: str) -> None:
        self.given = words

    @workflow.signal
    def leave(self) -> None:
        self.leaving = True

    @workflow.run
    async def run(self, going: Going) -> list[str]:
        helper = agent_as_child_workflow(Helper, name="helper", preserve_context=going.keeps)
        agent: Any = helper
        if going.kind == "tool":
            agent = TemporalAgent("scripted", system_prompt="boss", callback_handler=None, tools=[helper])
        if going.agent is not None:
            going.agent.restore(agent)
        invoke = agent.invoke_async
        graph: Any = None
        if going.kind == "graph":
            builder = GraphBuilder()
            builder.add_node(helper)
            builder.set_max_node_executions(10)
            graph = builder.build()
            invoke = graph.invoke_async
            if going.graph is not None:
                graph.deserialize_state(going.graph)
        while going.asked or going.prompts:
            if going.asked:
                prompt = await self._answers(going, agent, graph)
            else:
                prompt = going.prompts.pop(0)
            result = await invoke(prompt)
            going.asked = [[each.id, each.reason] for each in result.interrupts or ()]
            if not going.asked:
                text = result.results["helper"].result if graph else result
                going.answers.append(str(text).strip())
                if going.leaves and going.prompts and not graph:
                    self._leave(going, agent, graph)
        return going.answers

    async def _answers(self, going: Going, agent: Any, graph: Any) -> Any:
        self.asked = going.asked
        await workflow.wait_condition(lambda: self.given is not None or self.leaving)
        if self.leaving:
            self._leave(going, agent, graph)
        self.asked, words, self.given = [], self.given, None
        return [{"interruptResponse": {"interruptId": id, "response": words}} for id, _ in going.asked]

    def _leave(self, going: Going, agent: Any, graph: Any) -> None:
        going.agent = AgentState.of(agent)
        going.graph = graph.serialize_state() if graph else None
        workflow.continue_as_new(going)
