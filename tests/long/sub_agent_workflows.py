"""Agents that are tools of agents, and what they keep from turn to turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from temporalio import workflow

from strands_temporal import TemporalAgent
from strands_temporal.testing import ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import AgentState, Approvals

from .long_workflows import delete

TOOLS = {"chief": ["researcher", "clerk"], "researcher": ["librarian"], "clerk": ["archivist", "temp"]}
"""Whose tools are who."""


def asks_all(request: ScriptedRequest) -> Step:
    """A script: each agent asks all that are its tools, and those without tell how often they were asked."""
    name = request.system_prompt or ""
    if name in TOOLS and not request.tool_results:
        prompt = request.text
        return [ToolCall(each, {"input": f"{prompt} {name}"}) for each in TOOLS[name]]
    if name in TOOLS:
        return f"{name}({', '.join(request.tool_result(n).strip() for n in range(len(TOOLS[name])))})"
    asked = [block["text"] for each in request.messages for block in each["content"] if each["role"] == "user"]
    return f"{name}: {len(asked)}"


def team() -> tuple[TemporalAgent, TemporalAgent]:
    """A chief, with tools that keep their conversation and tools that do not; and the researcher."""

    def agent(name: str, tools: list[Any]) -> TemporalAgent:
        return TemporalAgent("scripted", name=name, system_prompt=name, tools=tools, callback_handler=None)

    librarian = agent("librarian", [])
    researcher = agent("researcher", [librarian.as_tool(preserve_context=True)])
    clerk = agent("clerk", [agent("archivist", []).as_tool(preserve_context=True), agent("temp", [])])
    return agent("chief", [researcher.as_tool(preserve_context=True), clerk]), researcher


@dataclass
class Going:
    leaves: bool
    prompts: list[str]
    answers: list[str] = field(default_factory=list[str])
    agent: AgentState | None = None


@workflow.defn
class Team:
    """Turns, each in a run of its own or all in one."""

    @workflow.run
    async def run(self, going: Going) -> list[str]:
        chief, researcher = team()
        if going.agent:
            going.agent.restore(chief)
        while going.prompts:
            going.answers.append(str(await chief.invoke_async(going.prompts.pop(0))).strip())
            researcher.state.set("turns", len(going.answers))
            if going.leaves and going.prompts:
                going.agent = AgentState.of(chief)
                workflow.continue_as_new(going)
        return [*going.answers, str(researcher.state.get("turns"))]


@dataclass
class Asking:
    keeps: bool
    agent: AgentState | None = None


@workflow.defn
class AsksInside:
    """A sub-agent has asked a human when the run is left."""

    @workflow.init
    def __init__(self, asking: Asking) -> None:
        self.leaving = False
        self.approvals = Approvals()

    @workflow.signal
    def leave(self) -> None:
        self.leaving = True

    @workflow.run
    async def run(self, asking: Asking) -> str:
        janitor = TemporalAgent("scripted", name="janitor", system_prompt="j", tools=[delete], callback_handler=None)
        tools: list[Any] = [janitor.as_tool(preserve_context=asking.keeps)]
        agent = TemporalAgent("scripted", tools=tools, callback_handler=None, hooks=[self.approvals])
        if asking.agent:
            asking.agent.restore(agent)
        else:
            await agent.invoke_async("hello")  # so that the janitor has something to keep
        prompt = None if asking.agent else "clean up"
        result = await self.approvals.run(agent, prompt, leave_when=lambda: self.leaving)
        if result.stop_reason == "interrupt":
            workflow.continue_as_new(Asking(asking.keeps, AgentState.of(agent)))
        return str(result).strip()


@workflow.defn
class Stateful:
    """A sub-agent whose model keeps the conversation at its provider."""

    @workflow.run
    async def run(self, state: AgentState | None = None) -> list[str]:
        clerk = TemporalAgent("stateful", name="clerk", callback_handler=None)
        agent = TemporalAgent("scripted", tools=[clerk], callback_handler=None)
        if state:
            state.restore(agent)
        said = str(await agent.invoke_async("go")).strip()
        if state is None:
            workflow.continue_as_new(AgentState.of(agent))
        return [said, *state.agents]


@workflow.defn
class Loop:
    """Each of two agents is a tool of the other; and a tool is gone in the second run."""

    @workflow.run
    async def run(self, state: AgentState | None = None) -> list[str]:
        first = TemporalAgent("scripted", name="first", callback_handler=None)
        second = TemporalAgent("scripted", name="second", tools=[first.as_tool(preserve_context=True)])
        second.messages = [{"role": "user", "content": [{"text": "x" * 20_000}]}]
        if state is None:
            first.tool_registry.register_tool(second.as_tool(preserve_context=True))
            workflow.continue_as_new(AgentState.of(first))
        state.restore(first)
        return [*state.agents, *state.agents["second"].agents]
