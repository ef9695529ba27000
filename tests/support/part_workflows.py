"""Smaller parts of Strands in workflows; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from strands.experimental import config_to_agent
from strands.handlers import CompositeCallbackHandler, null_callback_handler
from strands.hooks import BeforeModelCallEvent, BeforeNodeCallEvent, HookOrder
from strands.multiagent import GraphBuilder
from strands.plugins import MultiAgentPlugin, hook
from strands.sandbox.docker import DockerSandbox
from strands.sandbox.ssh import SshSandbox
from strands.tools.executors import ConcurrentToolExecutor, SequentialToolExecutor
from strands.vended_plugins.steering import Guide, LedgerProvider, Proceed, SteeringHandler
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool


@activity.defn
async def look_up(word: str) -> str:
    """Look up a word.

    Args:
        word: The word.
    """
    return f"{word} is found"


LOOK_UP = activity_as_tool(look_up, start_to_close_timeout=timedelta(seconds=30))


@workflow.defn
class Executes:
    """Two tool calls of one reply, one after the other or side by side."""

    @workflow.run
    async def run(self, sequential: bool) -> str:
        executor = SequentialToolExecutor() if sequential else ConcurrentToolExecutor()
        return str(await TemporalAgent("scripted", tools=[LOOK_UP], tool_executor=executor).invoke_async("go"))


@workflow.defn
class Handled:
    """What callback handlers hear."""

    @workflow.run
    async def run(self) -> str:
        heard: list[str] = []

        def listen(**kwargs: Any) -> None:
            heard.append(kwargs.get("data", ""))

        handler = CompositeCallbackHandler(null_callback_handler, listen)
        await TemporalAgent("scripted", callback_handler=handler).invoke_async("go")
        return "".join(heard)


@workflow.defn
class Ordered:
    """Hooks in their order, whatever that of their registration."""

    @workflow.run
    async def run(self) -> list[str]:
        order: list[str] = []
        agent = TemporalAgent("scripted")
        agent.add_hook(lambda event: order.append("last"), BeforeModelCallEvent, order=HookOrder.SDK_LAST)
        agent.add_hook(lambda event: order.append("middle"), BeforeModelCallEvent)
        agent.add_hook(lambda event: order.append("first"), BeforeModelCallEvent, order=HookOrder.SDK_FIRST)
        await agent.invoke_async("go")
        return order


class OnlyOnce(SteeringHandler):
    """Lets the agent look up a word once, by the ledger."""

    def __init__(self) -> None:
        super().__init__(context_providers=[LedgerProvider()])

    async def steer_before_tool(self, *, agent: Any, tool_use: Any, **kwargs: Any) -> Any:
        calls: Any = (self.steering_context.data.get("ledger") or {})["tool_calls"]
        done = [each["tool_args"]["word"] for each in calls if each["status"] == "success"]
        word = tool_use["input"]["word"]
        return Guide(reason=f"{word} was looked up already") if word in done else Proceed(reason="new")


@workflow.defn
class Ledger:
    """A handler that steers by the ledger, which holds times."""

    def __init__(self) -> None:
        self.done = False
        self.ledger: Any = None

    @workflow.query
    def times(self) -> Any:
        return self.ledger

    @workflow.signal
    def finish(self) -> None:
        self.done = True

    @workflow.run
    async def run(self) -> str:
        handler = OnlyOnce()
        answer = await TemporalAgent("scripted", tools=[LOOK_UP], plugins=[handler]).invoke_async("go")
        self.ledger = handler.steering_context.data.get("ledger")
        await workflow.wait_condition(lambda: self.done)
        return str(answer)


class Nodes(MultiAgentPlugin):
    """Notes which nodes start."""

    def __init__(self) -> None:
        self.started: list[str] = []
        super().__init__()

    @property
    def name(self) -> str:
        return "nodes"

    @hook  # pyright: ignore[reportArgumentType]
    async def on_node(self, event: BeforeNodeCallEvent) -> None:
        await asyncio.sleep(0)
        self.started.append(event.node_id)


@workflow.defn
class Plugged:
    """A graph with a plugin."""

    @workflow.run
    async def run(self) -> list[str]:
        builder = GraphBuilder()
        builder.add_node(TemporalAgent("scripted", name="writer"), "writer")
        builder.add_node(TemporalAgent("scripted", name="editor"), "editor")
        builder.add_edge("writer", "editor")
        plugin = Nodes()
        await builder.set_plugins([plugin]).set_max_node_executions(5).build().invoke_async("go")
        return plugin.started


REFUSED: dict[str, Callable[[], Any]] = {
    "docker": lambda: TemporalAgent("scripted", sandbox=DockerSandbox("box")),
    "ssh": lambda: TemporalAgent("scripted", sandbox=SshSandbox("box", working_dir="/tmp")),
    "configuration": lambda: config_to_agent({"model": "anthropic.claude-3", "prompt": "You are brief."}),
}


@workflow.defn
class Refused:
    """What is refused when it is made."""

    @workflow.run
    async def run(self, what: str) -> None:
        REFUSED[what]()
