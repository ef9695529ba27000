"""Workflows that are traced, counted, logged and described; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from opentelemetry import trace
from pydantic import BaseModel
from strands import ToolContext, tool
from strands.hooks import AfterInvocationEvent, BeforeModelCallEvent
from strands.multiagent import GraphBuilder, Swarm
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from strands_temporal import TemporalAgent
from strands_temporal.testing import ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import activity_as_tool

RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=50), backoff_coefficient=1)


@tool
def add(a: int) -> int:
    """Add one."""
    return a + 1


@tool
def fail() -> str:
    """Fail."""
    raise ValueError("no such thing")


@activity.defn
async def tell(text: str) -> str:
    """Tell a text; with a span of its own, as an instrumented library makes one.

    Args:
        text: What to tell.
    """
    with trace.get_tracer("library").start_as_current_span("in the activity"):
        return text


@activity.defn
async def wait_for_file(path: str) -> str:
    """Say that it has begun, and wait for a file.

    Args:
        path: Where the file will be.
    """
    file = Path(path)
    with file.with_suffix(".begun").open("a") as begun:
        begun.write(f"{os.getpid()}\n")
    while not file.exists():  # noqa: ASYNC240
        activity.heartbeat()
        await asyncio.sleep(0.02)
    return "there"


async def begun(path: Path, attempts: int) -> None:
    """Wait, in a test, until the tool that waits for a file has begun so many times."""
    lines: list[str] = []
    for _ in range(1500):
        with contextlib.suppress(FileNotFoundError):
            lines = path.with_suffix(".begun").read_text().splitlines()
        if len(lines) >= attempts:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"the tool has begun {len(lines)} times")


def traced_script(request: ScriptedRequest) -> Step:
    """Three tools at once, then the answer."""
    if request.tool_results:
        return "done"
    return ["Let me see.", ToolCall("add", {"a": 1}), ToolCall("fail"), ToolCall("tell", {"text": "x"})]


def traced_agent(**options: Any) -> TemporalAgent:
    return TemporalAgent(
        "scripted", name="tracer", tools=[add, fail, activity_as_tool(tell)], callback_handler=None, **options
    )


@workflow.defn
class Traced:
    """Two invocations; its result is what the metrics say."""

    def __init__(self) -> None:
        self.summary: Any = None

    @workflow.run
    async def run(self) -> Any:
        agent = traced_agent(system_prompt="Be brief.", trace_attributes={"team": "a"})
        await agent.invoke_async("first")
        result = await agent.invoke_async("second")
        summary: Any = result.metrics.get_summary()
        del summary["tool_usage"], summary["traces"]
        self.summary = {**summary, "tools": {n: t.total_time for n, t in result.metrics.tool_metrics.items()}}
        return self.summary

    @workflow.query
    def metrics(self) -> Any:
        return self.summary


@workflow.defn
class Waits:
    """An agent whose tool waits for a file, and one that it asks before."""

    @workflow.run
    async def run(self, path: str) -> str:
        workflow.set_current_details("The user's own *words*.")
        first = TemporalAgent("scripted", name="first", callback_handler=None)
        await first.invoke_async("hello")
        waits = activity_as_tool(wait_for_file, heartbeat_timeout=timedelta(seconds=3), retry_policy=RETRY)
        second = TemporalAgent("scripted", name="sec|ond", tools=[waits], callback_handler=None)
        return str(await second.invoke_async(f"wait {path}")).strip()


def waits_script(request: ScriptedRequest) -> Step:
    """Calls the tool that waits, then answers."""
    if request.tool_results:
        return request.tool_result()
    return ToolCall("wait_for_file", {"path": request.text.split()[1]}) if "wait " in request.text else "hi"


@workflow.defn
class Fails:
    """Its model, or a hook, fails."""

    @workflow.run
    async def run(self, how: str) -> str:
        def hook(event: BeforeModelCallEvent) -> None:
            raise LookupError("the hook is broken")

        agent = TemporalAgent(
            "scripted",
            name="tracer",
            callback_handler=None,
            hooks=[hook] if how == "hook" else [],
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
        return str(await agent.invoke_async("go"))


class Answer(BaseModel):
    """An answer."""

    text: str


def fail_at(event: Any) -> None:
    raise LookupError("the hook is broken")


@workflow.defn
class FailsInside:
    """An exception of no kind of Temporal's passes the spans of structured output, a graph, a swarm or the user."""

    @workflow.run
    async def run(self, how: str) -> None:
        agent = TemporalAgent("scripted", name="tracer", callback_handler=None)
        if how == "no prompt":
            await agent.structured_output_async(Answer)
        if how == "structured output":
            agent.add_hook(fail_at, AfterInvocationEvent)
            await agent.structured_output_async(Answer, "go")
        agent.add_hook(fail_at, BeforeModelCallEvent)
        if how == "sub-agent":
            outer = TemporalAgent("scripted", name="outer", tools=[agent], callback_handler=None)
            raise ApplicationError(str(await outer.invoke_async("go")).strip())
        if how == "own":
            with trace.get_tracer("user").start_as_current_span("the user's"):
                await agent.invoke_async("go")
        if how == "graph":
            builder = GraphBuilder()
            builder.add_node(agent, "node")
            builder.set_execution_timeout(3600)
            await builder.build().invoke_async("go")
        if how == "swarm":
            result = await Swarm([agent], execution_timeout=3600, node_timeout=3600).invoke_async("go")
            raise ApplicationError(result.status.value)


strands_logger = logging.getLogger("strands.tools.mine")


@tool(context=True)
def logs(tool_context: ToolContext) -> str:
    """Write to the workflow's log, and to one as Strands' modules do."""
    workflow.logger.info("a tool says")
    strands_logger.warning("strands says")
    return "logged"


@workflow.defn
class Logs:
    """Logs in a tool and in a hook, and waits in between."""

    @workflow.run
    async def run(self) -> None:
        def hook(event: BeforeModelCallEvent) -> None:
            workflow.logger.info("a hook says")

        agent = TemporalAgent("scripted", tools=[logs], callback_handler=None, hooks=[hook])
        await agent.invoke_async("go")


@activity.defn
async def sign_in(user: str, password: str, note: str) -> str:
    """Sign in.

    Args:
        user: Who.
        password: Their password.
        note: A note.
    """
    return "ok"


@workflow.defn
class Summaries:
    """An agent with a name and one without, the second with summaries of the user's own."""

    @workflow.run
    async def run(self) -> None:
        tools: Any = [activity_as_tool(sign_in)]
        await TemporalAgent("scripted", name="clerk", tools=tools, callback_handler=None).invoke_async("go")
        tools = [activity_as_tool(sign_in, summary="my tool")]
        own = TemporalAgent("scripted", tools=tools, callback_handler=None, summary="my model")
        await own.invoke_async("go")
        await TemporalAgent("scripted", callback_handler=None).invoke_async("hello")


@workflow.defn
class Many:
    """More agents than the details show, and one with a name that is not plain."""

    @workflow.run
    async def run(self, number: int) -> None:
        odd = TemporalAgent("scripted", name="*odd*\n# name `x`" + "y" * 100, callback_handler=None)
        await odd.invoke_async("hello")
        for index in range(number):
            await TemporalAgent("scripted", name=f"agent {index}", callback_handler=None).invoke_async("hello")
