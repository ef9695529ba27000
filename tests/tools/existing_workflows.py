"""Workflows whose agents have existing tools as activities."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from strands.types.tools import AgentTool
from temporalio import workflow
from temporalio.common import RetryPolicy

from strands_temporal import TemporalAgent
from strands_temporal.workflow import tool_as_activity, tools_as_activities

with workflow.unsafe.imports_passed_through():
    from strands import vended_tools
    from strands_tools import batch, calculator, current_time, environment, file_read, handoff_to_user, tavily

    from . import existing, module_tool


@workflow.defn
class UsesExisting:
    """Has every existing tool, and a state of the invocation."""

    @workflow.run
    async def run(self, state: dict[str, Any]) -> str:
        agent = TemporalAgent("scripted", name="user", callback_handler=None, tools=every())
        return str(await agent.invoke_async("go", invocation_state={**state, "live": object()})).strip()


def every() -> list[Any]:
    return [
        tools_as_activities([existing.EVERY, module_tool], start_to_close_timeout=timedelta(seconds=20)),
        tool_as_activity(existing.Shop("of the workflow").stock),
        tool_as_activity(existing.Written()),
        tool_as_activity(environment),
        tool_as_activity(current_time),
    ]


@workflow.defn
class UsesNames:
    """Names its tools alone."""

    @workflow.run
    async def run(self, names: list[str]) -> str:
        agent = TemporalAgent("scripted", callback_handler=None, tools=tools_as_activities(names))
        return str(await agent.invoke_async("go")).strip()


@workflow.defn
class Retries:
    """Has a retry policy of its own for a tool."""

    @workflow.run
    async def run(self) -> str:
        policy = RetryPolicy(initial_interval=timedelta(milliseconds=5), maximum_attempts=3)
        tool = tool_as_activity(existing.fails, retry_policy=policy, summary="tries")
        return str(await TemporalAgent("scripted", callback_handler=None, tools=[tool]).invoke_async("go")).strip()


@workflow.defn
class Resumes:
    """Answers each interrupt with what it is given."""

    @workflow.run
    async def run(self, answer: Any) -> list[Any]:
        agent = TemporalAgent("scripted", callback_handler=None, tools=every())
        seen: list[Any] = []
        result = await agent.invoke_async("go")
        while result.stop_reason == "interrupt" and len(seen) < 3:
            seen += [[each.name, str(each.reason)] for each in result.interrupts or ()]
            answers: Any = [
                {"interruptResponse": {"interruptId": each.id, "response": answer}} for each in result.interrupts or ()
            ]
            result = await agent.invoke_async(answers)
        return [*seen, str(result).strip()]


@workflow.defn
class CallsDirectly:
    """Calls a tool without a model."""

    @workflow.run
    async def run(self) -> list[Any]:
        agent = TemporalAgent("scripted", callback_handler=None, tools=every())
        result: Any = agent.tool.sync_where(text="hi", times=1)
        return [result["status"], result["content"], len(agent.messages)]


@workflow.defn
class CancelsExisting:
    """Has a long tool, and is cancelled."""

    @workflow.run
    async def run(self, state: dict[str, Any]) -> str:
        tool = tool_as_activity(
            existing.long_and_sync,
            heartbeat_timeout=timedelta(seconds=1),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        agent = TemporalAgent("scripted", callback_handler=None, tools=[tool])
        return str(await agent.invoke_async("go", invocation_state=state))


@workflow.defn
class SurvivesKill:
    """Has a tool whose worker is killed."""

    @workflow.run
    async def run(self, state: dict[str, Any]) -> str:
        tool = tool_as_activity("wait_for_gate", heartbeat_timeout=timedelta(seconds=3))
        agent = TemporalAgent("scripted", callback_handler=None, tools=[tool], heartbeat_timeout=timedelta(seconds=3))
        return str(await agent.invoke_async("go", invocation_state=state)).strip()


@workflow.defn
class MakesTools:
    """Tries to make an agent of tools, and tells what was refused."""

    @workflow.run
    async def run(self, kind: str) -> str:
        await asyncio.sleep(0)
        try:
            made(kind)
        except ValueError as error:
            return str(error)
        return "made"


def made(kind: str) -> AgentTool | list[AgentTool]:
    if kind == "agent":
        return tool_as_activity(TemporalAgent("scripted", callback_handler=None))
    if kind == "two of one name":
        return tools_as_activities([existing.draw, existing.draw])
    if kind == "option":
        return tool_as_activity(existing.draw, start_to_close_timeout=5)  # pyright: ignore[reportArgumentType]
    tools: dict[str, Any] = {
        "context.agent": existing.wants_the_agent,
        "agent parameter": existing.has_agent,
        "vended notebook": vended_tools.notebook,
        "vended shell": vended_tools.shell,
        "function": existing.name_of,
        "unknown name": "no_such_tool",
        "several": tavily,
        "batch": batch,
        "handoff": handoff_to_user,
        "activity": tool_as_activity(existing.draw),
    }
    return tool_as_activity(tools[kind])


@workflow.defn
class RunsInWorkflow:
    """Gives tools that do I/O to an agent as they are."""

    @workflow.run
    async def run(self, kind: str) -> str:
        tools: dict[str, Any] = {
            "file_read": file_read,
            "http_request": vended_tools.http_request,
            "shell": vended_tools.shell,
            "handoff": handoff_to_user,
            "calculator": [calculator, vended_tools.sleep, vended_tools.notebook],
        }
        try:
            agent = TemporalAgent("scripted", callback_handler=None, tools=[tools[kind]])
        except ValueError as error:
            return str(error)
        return str(await agent.invoke_async("go")).strip()


@workflow.defn
class UsesVended:
    """Has tools of Strands that do I/O as activities, and those that do none as they are."""

    @workflow.run
    async def run(self, urls: list[str]) -> list[Any]:
        agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            tools=[
                tools_as_activities(["http_request", "web_fetch"]),
                *(vended_tools.notebook, vended_tools.sleep, vended_tools.handoff_to_user),
                *([vended_tools.stop] if hasattr(vended_tools, "stop") else []),  # not in Strands 1.60
            ],
        )
        result = await agent.invoke_async(" ".join(urls))
        seen: list[Any] = []
        for each in result.interrupts or ():
            seen.append([each.name, each.reason])
            result = await agent.invoke_async(
                [{"interruptResponse": {"interruptId": each.id, "response": "use the blue one"}}]
            )
        return [*seen, result.stop_reason, str(result).strip()]
