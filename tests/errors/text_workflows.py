"""Agents that fail in every place from which a text comes; loaded in the sandbox without import guards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from strands.hooks import BeforeInvocationEvent
from strands.multiagent import GraphBuilder
from temporalio import activity, workflow
from temporalio.common import RetryPolicy

from strands_temporal import TemporalAgent, TemporalStorage
from strands_temporal.workflow import AgentCall, AgentReply, Turns, activity_as_tool, agent_as_child_workflow


class Wordless(Exception):
    """Says nothing."""


@activity.defn
async def odd() -> Any:
    """Gives what cannot be recorded."""
    return {"odd": object()}


def failing(name: str = "inner") -> TemporalAgent:
    return TemporalAgent("failing", name=name, callback_handler=None)


@workflow.defn
class Child:
    """An agent that fails, in a workflow of its own."""

    @workflow.run
    async def run(self, call: AgentCall) -> AgentReply:
        return await call.answer(failing())


async def model() -> Any:
    await failing().invoke_async("go")


async def plain() -> Any:
    await failing().invoke_async([{"no": "content block"}, 7])  # type: ignore[list-item]


async def hook() -> Any:
    def broken(event: BeforeInvocationEvent) -> None:
        raise KeyError("name")

    agent = failing()
    agent.add_hook(broken, BeforeInvocationEvent)
    await agent.invoke_async("go")


async def hook_of_agent() -> Any:
    async def asks(event: BeforeInvocationEvent) -> None:
        await failing().invoke_async("go")

    agent = failing("outer")
    agent.add_hook(asks, BeforeInvocationEvent)
    await agent.invoke_async("go")


async def wordless() -> Any:
    def broken(event: BeforeInvocationEvent) -> None:
        raise Wordless

    agent = failing()
    agent.add_hook(broken, BeforeInvocationEvent)
    await agent.invoke_async("go")


async def graph() -> Any:
    builder = GraphBuilder()
    builder.add_node(failing(), "node")
    await builder.set_max_node_executions(2).build().invoke_async("go")


async def child() -> Any:
    await agent_as_child_workflow(Child, name="inner").invoke_async("go")


async def child_in_graph() -> Any:
    builder = GraphBuilder()
    builder.add_node(agent_as_child_workflow(Child, name="inner"), "node")
    await builder.set_max_node_executions(2).build().invoke_async("go")


async def made() -> Any:
    class Odd:
        def __iter__(self) -> Any:
            raise RuntimeError("no tools today")

    TemporalAgent("failing", tools=Odd(), callback_handler=None)


async def store() -> Any:
    policy = RetryPolicy(maximum_attempts=1)
    await TemporalStorage("files", retry_policy=policy, start_to_close_timeout=timedelta(seconds=20)).read("a")


CASES: Any = {each.__name__: each for each in (model, plain, hook, hook_of_agent, wordless, graph, child)}
CASES |= {each.__name__: each for each in (child_in_graph, made, store)}


@workflow.defn
class Fails:
    """Fails uncaught, tells the text of what it catches, or fails an update."""

    def __init__(self) -> None:
        self._turns = Turns()
        self._done = False

    @workflow.run
    async def run(self, case: str, how: str) -> str:
        if how == "update":
            await workflow.wait_condition(lambda: self._done)
            return ""
        if how == "turn":
            async with self._turns:
                await self._turns.next()
                try:
                    await CASES[case]()
                except Exception as error:
                    self._turns.fail(error)
            return ""
        try:
            await CASES[case]()
        except Exception as error:
            if how != "caught":
                raise
            return str(error)
        return "it did not fail"

    @workflow.update
    async def ask(self, case: str) -> None:
        try:
            await CASES[case]()
        finally:
            self._done = True

    @workflow.update
    async def turn(self) -> Any:
        return await self._turns.ask("go")


@workflow.defn
class Tells:
    """The failures that the model is told: a sub-agent's, a child's, and an activity's whose result is not recorded."""

    @workflow.run
    async def run(self) -> str:
        child = agent_as_child_workflow(Child, name="child", description="Ask.")
        tools = [failing("sub").as_tool(description="Ask."), child, activity_as_tool(odd)]
        agent = TemporalAgent("outer", tools=tools, callback_handler=None)
        return str(await agent.invoke_async("go")).strip()
