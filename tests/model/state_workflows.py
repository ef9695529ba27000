"""Entries of invocation_state that can be written or cannot; loaded in the sandbox without import guards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strands import ToolContext, tool
from temporalio import workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import AgentCall, AgentReply, agent_as_child_workflow, tool_as_activity


def nested(levels: int, kind: str = "list") -> Any:
    """A value of so many levels of lists and mappings."""
    value: Any = "deep"
    for number in range(levels):
        by_turns = number % 2 if kind == "mixed" else kind == "list"
        value = [value] if by_turns else {"$bytes" if kind == "escapes" else "x": value}
    return value


def cycle() -> Any:
    one: dict[str, Any] = {"a": 1}
    one["more"] = [{"again": one}]
    return one


def wide_cycle() -> Any:
    one: list[Any] = []
    one += [one, one, one]
    return one


def shared() -> Any:
    part = {"x": [1]}
    return [part, part, {"part": part, "again": [part]}]


LEAVES_OUT: dict[str, Callable[[], Any]] = {
    "cycle": cycle,
    "wide": wide_cycle,
    "180": lambda: nested(180),
    "400": lambda: nested(400, "mixed"),
    "50000": lambda: nested(50_000, "dict"),
    "escapes": lambda: nested(100, "escapes"),
    "object": object,
    "set": lambda: {1},
    "key \ud800": lambda: 1,
}

SENDS: dict[str, Callable[[], Any]] = {
    "shared": shared,
    "179": lambda: nested(179, "mixed"),
    "escaped": lambda: nested(89, "escapes"),
    "user": lambda: "Ann",
}


@tool(context=True)
def keys(tool_context: ToolContext) -> list[str]:
    """List the names in invocation_state that are the user's."""
    return sorted(key for key in tool_context.invocation_state if key in {*LEAVES_OUT, *SENDS})


def states() -> dict[str, Any]:
    return {name: make() for name, make in (LEAVES_OUT | SENDS).items()}


@workflow.defn
class Helps:
    """An agent in a child workflow."""

    @workflow.run
    async def run(self, call: AgentCall) -> AgentReply:
        return await call.answer(TemporalAgent("scripted", name="child", callback_handler=None))


@workflow.defn
class HasState:
    """Two agents that are given all of it, one of them twice, with a tool as activity; and a child."""

    @workflow.run
    async def run(self) -> None:
        for name, times in (("one", 2), ("two", 1)):
            agent = TemporalAgent("scripted", name=name, tools=[tool_as_activity(keys)], callback_handler=None)
            for _ in range(times):
                await agent.invoke_async("go", invocation_state=states())
        child = agent_as_child_workflow(Helps, name="child")
        await child.invoke_async("go", invocation_state=states())
