"""Graphs with nodes of every kind, hooks that ask and plugins; and agents three deep that ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from strands import Agent, tool
from strands.agent import AgentResult
from strands.hooks import AfterNodeCallEvent, BeforeNodeCallEvent, HookProvider, HookRegistry
from strands.multiagent import GraphBuilder, Swarm
from strands.multiagent.base import MultiAgentBase, MultiAgentResult, NodeResult, Status
from strands.plugins import Plugin
from strands.plugins.multiagent_plugin import MultiAgentPlugin
from strands.telemetry.metrics import EventLoopMetrics
from strands.vended_tools import handoff_to_user
from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool

from .graph_workflows import agent, texts_of
from .questions import Asks


@activity.defn
async def measure(word: str) -> int:
    """Count letters."""
    return len(word)


class Function(MultiAgentBase):
    """A function as a node, as Strands' guide writes it."""

    def __init__(self, name: str, function: Any) -> None:
        super().__init__()
        self.id = self.name = name
        self.function = function

    async def invoke_async(self, task: Any, invocation_state: Any = None, **kwargs: Any) -> MultiAgentResult:
        text = await self.function(task if isinstance(task, str) else task[0]["text"])
        message: Any = {"role": "assistant", "content": [{"text": text}]}
        result = AgentResult("end_turn", message, EventLoopMetrics(), {})
        node = NodeResult(result, status=Status.COMPLETED)
        return MultiAgentResult(status=Status.COMPLETED, results={self.name: node})

    async def stream_async(self, task: Any, invocation_state: Any = None, **kwargs: Any) -> AsyncIterator[Any]:
        yield {"result": await self.invoke_async(task)}


class AsksBefore(HookProvider):
    """Asks before a node runs, and notes what has run."""

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id
        self.ran: list[str] = []

    def register_hooks(self, registry: HookRegistry, **kwargs: Any) -> None:
        registry.add_callback(BeforeNodeCallEvent, self.before)
        registry.add_callback(AfterNodeCallEvent, self.after)

    def before(self, event: BeforeNodeCallEvent) -> None:
        if event.node_id == self.node_id and event.interrupt("go on?", reason=event.node_id) != "yes":
            event.cancel_node = "not allowed"

    async def after(self, event: AfterNodeCallEvent) -> None:
        self.ran.append(event.node_id)


class Counts(MultiAgentPlugin):
    """Counts the nodes of what it is a plugin of."""

    @property
    def name(self) -> str:
        return "counts"

    def __init__(self) -> None:
        super().__init__()
        self.nodes = 0

    def init_multi_agent(self, orchestrator: MultiAgentBase) -> None:
        orchestrator.add_hook(self.count, AfterNodeCallEvent)

    def count(self, event: AfterNodeCallEvent) -> None:
        self.nodes += 1


@workflow.defn
class EveryNode(Asks):
    """A function, an activity, a swarm and agents as nodes, a condition, a hook that asks, and a plugin."""

    @workflow.run
    async def run(self, sync: bool) -> dict[str, Any]:
        async def by_activity(text: str) -> str:
            timeout = timedelta(seconds=10)
            return f"{await workflow.execute_activity(measure, text, start_to_close_timeout=timeout)} letters"

        async def never(text: str) -> str:
            raise ApplicationError("the condition does not hold")

        builder = GraphBuilder()
        builder.add_node(Function("count", by_activity), "count")
        builder.add_node(Swarm([agent("ann"), agent("bob")]), "team")
        builder.add_node(Function("never", never), "never")
        builder.add_node(agent("last"), "last")
        builder.add_edge("count", "team", condition=lambda state: "3 letters" in str(state.results["count"].result))
        builder.add_edge("count", "never", condition=lambda state: "9 letters" in str(state.results["count"].result))
        builder.add_edge("team", "last")
        hook, plugin = AsksBefore("last"), Counts()
        builder.set_hook_providers([hook]).set_plugins([plugin]).set_max_node_executions(10)
        graph = builder.build()
        result = graph("abc") if sync else await graph.invoke_async("abc")
        while result.status == Status.INTERRUPTED:
            (asked,) = result.interrupts
            response = await self.answered(asked.reason)
            answers: Any = [{"interruptResponse": {"interruptId": asked.id, "response": response}}]
            result = graph(answers) if sync else await graph.invoke_async(answers)
        return {
            "order": [each.node_id for each in result.execution_order],
            "last": str(result.results["last"].result).strip(),
            "ran": hook.ran,
            "counted": plugin.nodes,
            "saved": graph.serialize_state()["status"],
            "written": sorted(result.to_dict()["results"]),
        }


@workflow.defn
class ResumesAfterFailure:
    """A graph whose second node fails, and which goes on from there, from its state as JSON."""

    @workflow.run
    async def run(self) -> list[Any]:
        fails = True

        async def second(text: str) -> str:
            if fails:
                raise ApplicationError("not yet")
            return f"second after {text.count('first')}"

        def graph() -> Any:
            builder = GraphBuilder()
            builder.add_node(agent("first"), "first")
            builder.add_node(Function("second", second), "second")
            builder.add_edge("first", "second")
            return builder.set_max_node_executions(10).build()

        failed = graph()
        try:
            await failed.invoke_async("go")
        except ApplicationError as error:
            seen = [error.message]
        else:
            seen = ["not failed"]
        state = await workflow.execute_activity(
            through_json, failed.serialize_state(), start_to_close_timeout=timedelta(seconds=10)
        )
        fails = False
        again = graph()
        again.deserialize_state(state)
        result = await again.invoke_async("go")
        return [*seen, [each.node_id for each in result.execution_order], texts_of(result)]


@activity.defn
async def through_json(state: dict[str, Any]) -> dict[str, Any]:
    """What was recorded."""
    return state


class AsksAtStart(Plugin):
    """Asks an agent, synchronously, while its own agent is made."""

    @property
    def name(self) -> str:
        return "asks-at-start"

    def init_agent(self, agent: Agent) -> None:
        adviser = TemporalAgent("scripted", system_prompt="You are adviser.", callback_handler=None)
        agent.system_prompt = f"You are {str(adviser('who am I?')).strip()}."


@workflow.defn
class SyncInTasks:
    """Sync calls in tasks that Strands starts: nodes of a graph beside each other, whose tools call what is sync."""

    @workflow.run
    async def run(self) -> dict[str, str]:
        def node(name: str) -> TemporalAgent:
            inner = agent(f"{name}-inner")
            holder = agent(f"{name}-holder", tools=[activity_as_tool(measure)])

            @tool
            def ask(question: str) -> str:
                """Ask an agent and a tool, synchronously."""
                direct: Any = holder.tool.measure(word=question)
                return f"{str(inner(question)).strip()} and {direct['content'][0]['text']}"

            return TemporalAgent(
                "scripted",
                name=name,
                callback_handler=None,
                tools=[ask],
                plugins=[AsksAtStart()] if name == "b" else [],
            )

        builder = GraphBuilder()
        for name in ("a", "b"):
            builder.add_node(node(name), name)
        builder.set_max_node_executions(10)
        return texts_of(builder.build()("go"))


@workflow.defn
class DeepQuestions(Asks):
    """An agent in an agent in an agent; the innermost asks the user."""

    @workflow.run
    async def run(self) -> str:
        inner = agent("inner", tools=[handoff_to_user])
        middle = agent("middle", tools=[inner])
        outer = agent("outer", tools=[middle])
        return await self.until_done(outer, "go")
