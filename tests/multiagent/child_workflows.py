"""Agents in workflows of their own: called, in a graph, as tools, and asking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from strands import ToolContext, tool
from strands.multiagent import GraphBuilder, Swarm
from strands.multiagent.base import Status
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from strands_temporal import TemporalAgent
from strands_temporal._approvals.answers import refusal
from strands_temporal.workflow import AgentCall, AgentReply, Approvals, agent_as_child_workflow

from .questions import Asks


class Verdict(BaseModel):
    """What is thought of it."""

    good: bool


@tool(context=True)
def who(tool_context: ToolContext) -> str:
    """Say who asks."""
    return f"{tool_context.invocation_state.get('user')} in {workflow.info().workflow_type}"


@tool(context=True)
def delete(path: str, tool_context: ToolContext) -> str:
    """Delete, if a human says so."""
    return f"{path} {tool_context.interrupt('delete', reason={'path': path})}"


@workflow.defn
class Helper:
    """An agent in a workflow of its own."""

    @workflow.run
    async def run(self, call: AgentCall) -> AgentReply:
        agent = TemporalAgent(
            "scripted",
            name="helper",
            system_prompt="helper",
            callback_handler=None,
            tools=[who, delete],
            heartbeat_timeout=timedelta(seconds=2),
        )
        return await call.answer(agent)


@workflow.defn
class Judge:
    """An agent with structured output, in a workflow of its own."""

    @workflow.run
    async def run(self, call: AgentCall) -> AgentReply:
        agent = TemporalAgent("scripted", system_prompt="judge", structured_output_model=Verdict, callback_handler=None)
        return await call.answer(agent)


@workflow.defn
class Middle:
    """An agent in a workflow of its own, with another such agent as its tool."""

    @workflow.run
    async def run(self, call: AgentCall) -> AgentReply:
        helper = agent_as_child_workflow(Helper, name="helper", description="Helps.")
        agent = TemporalAgent("scripted", system_prompt="middle", callback_handler=None, tools=[helper])
        return await call.answer(agent)


@workflow.defn
class Wrong:
    @workflow.run
    async def run(self, prompt: str) -> str:
        raise ApplicationError("never called")


@workflow.defn
class Calls:
    """Calls an agent in a child workflow, more than once."""

    @workflow.run
    async def run(self, preserve_context: bool, sync: bool) -> list[Any]:
        helper = agent_as_child_workflow(
            Helper.run, name="helper", preserve_context=preserve_context, run_timeout=timedelta(seconds=30)
        )
        seen: list[Any] = []
        for prompt in ("one", "two"):
            state = {"user": "Ann", "live": object()}
            result = (
                helper(prompt, invocation_state=state)
                if sync
                else await helper.invoke_async(prompt, invocation_state=state)
            )
            seen.append([str(result).strip(), result.metrics.accumulated_usage["totalTokens"] > 0])
        judge = agent_as_child_workflow(Judge, name="judge")
        verdict = await judge.invoke_async([{"text": "is it good?"}])
        assert isinstance(verdict.structured_output, Verdict)
        return [*seen, verdict.structured_output.good]


@workflow.defn
class InGraph:
    """A graph of agents in child workflows, beside each other, and one here."""

    @workflow.run
    async def run(self, answers: dict[str, str]) -> dict[str, Any]:
        builder = GraphBuilder()
        for name in ("left", "right"):
            builder.add_node(agent_as_child_workflow(Helper, name=name))
        builder.add_node(TemporalAgent("scripted", name="last", system_prompt="last", callback_handler=None), "last")
        for name in ("left", "right"):
            builder.add_edge(name, "last")
        builder.set_max_node_executions(10)
        graph = builder.build()
        result = await graph.invoke_async("go")
        asked: list[Any] = []
        while result.status == Status.INTERRUPTED:
            asked += [each.reason for each in result.interrupts]
            responses: Any = [
                {"interruptResponse": {"interruptId": each.id, "response": answers[each.reason["path"]]}}
                for each in result.interrupts
            ]
            result = await graph.invoke_async(responses)
        return {"asked": asked, "results": {name: str(node.result).strip() for name, node in result.results.items()}}


@workflow.defn
class AsTool(Asks):
    """An agent whose tools are agents in child workflows; what they ask waits for a signal."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        helper = agent_as_child_workflow(Helper, name="helper", description="Helps.")
        middle = agent_as_child_workflow(Middle, name="middle")
        agent = TemporalAgent(
            "scripted",
            system_prompt="boss",
            callback_handler=None,
            tools=[helper, middle.as_tool("ask_middle", "In the middle.")],
        )
        result = await agent.invoke_async(prompt)
        while result.stop_reason == "interrupt":
            given = await self.answered(*([each.id, each.reason] for each in result.interrupts or ()))
            result = await agent.invoke_async(
                [{"interruptResponse": {"interruptId": id, "response": response}} for id, response in given]
            )
        return str(result).strip()


@workflow.defn
class ApprovedHelper:
    """An agent whose tool needs an approval, in a workflow of its own."""

    @workflow.run
    async def run(self, call: AgentCall) -> AgentReply:
        @tool
        def delete_file(path: str) -> str:
            """Delete."""
            return f"deleted {path}"

        agent = TemporalAgent(
            "scripted",
            system_prompt="helper",
            callback_handler=None,
            tools=[delete_file],
            hooks=[Approvals("delete_file")],
        )
        return await call.answer(agent)


@workflow.defn
class Denies:
    """Denies what an agent in a child workflow wants to do."""

    @workflow.run
    async def run(self) -> str:
        helper = agent_as_child_workflow(ApprovedHelper, name="helper")
        result = await helper.invoke_async("go")
        asked = next(iter(result.interrupts or ()))
        denied: Any = [{"interruptResponse": {"interruptId": asked.id, "response": refusal("not today")}}]
        return str(await helper.invoke_async(denied)).strip()


@workflow.defn
class MakesChildren:
    """Tries to make or use an agent, and tells what was refused."""

    @workflow.run
    async def run(self, kind: str) -> str:
        helper = agent_as_child_workflow(Helper, name="helper")
        try:
            if kind == "swarm":
                Swarm([helper, helper])  # type: ignore[list-item]
            elif kind == "structured":
                await helper.invoke_async("x", structured_output_model=Verdict)
            elif kind == "prompt":
                await helper.invoke_async([{"text": object()}])  # type: ignore[list-item]
            elif kind == "signature":
                agent_as_child_workflow(Wrong.run, name="wrong")
            elif kind == "name":
                agent_as_child_workflow(Helper, name="")
            elif kind == "messages":
                return str(helper.messages)
            else:
                agent_as_child_workflow(Helper, name="helper", cron_schedule="* * * * *")  # type: ignore[call-arg]
        except (ValueError, TypeError, NotImplementedError) as error:
            return str(error)
        return "made"
