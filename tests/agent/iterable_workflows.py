"""Agents that are given several things in every way that Python has; loaded in the sandbox without import guards."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from strands import Agent, tool
from strands.hooks import BeforeInvocationEvent, HookProvider, HookRegistry
from strands.plugins import Plugin
from strands.vended_interventions.hitl import HumanInTheLoop
from temporalio import workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import Approvals, tools_as_activities

from ..tools import existing


@tool
def one() -> str:
    """One."""
    return "1"


@tool
def two() -> str:
    """Two."""
    return "2"


@tool
def three() -> str:
    """Three."""
    return "3"


class Named:
    """An iterable of a class of its own."""

    def __iter__(self) -> Iterator[Any]:
        return iter((one, two, three))


WAYS: dict[str, Callable[[], Iterable[Any]]] = {
    "list": lambda: [one, two, three],
    "tuple": lambda: (one, two, three),
    "generator": lambda: (each for each in (one, two, three)),
    "filter": lambda: filter(None, (one, two, three)),
    "deque": lambda: deque((one, two, three)),
    "values": lambda: {"a": one, "b": two, "c": three}.values(),
    "own": Named,
    "nested": lambda: [(each for each in (one, two)), iter([iter([three])])],
    "set": lambda: {one, two, three},
    "frozenset": lambda: [frozenset((one, two, three))],
}


@workflow.defn
class HasTools:
    @workflow.run
    async def run(self, way: str, positional: bool) -> list[str]:
        tools: Any = WAYS[way]()
        if positional:
            agent = TemporalAgent("scripted", None, tools, callback_handler=None)
        else:
            agent = TemporalAgent("scripted", tools=tools, callback_handler=None)
        await agent.invoke_async("go")
        return agent.tool_names


class Notes(HookProvider):
    """Notes that it is there."""

    def __init__(self, seen: list[str]) -> None:
        self._seen = seen

    def register_hooks(self, registry: HookRegistry, **kwargs: Any) -> None:
        registry.add_callback(BeforeInvocationEvent, lambda event: self._seen.append("there"))


class NotesToo(Plugin):
    """Notes that it is there."""

    @property
    def name(self) -> str:
        return "notes"

    def __init__(self, seen: list[str]) -> None:
        self._seen = seen
        super().__init__()

    def init_agent(self, agent: Agent) -> None:
        agent.add_hook(lambda event: self._seen.append("there"), BeforeInvocationEvent)


class Memory:
    """A memory store without I/O."""

    name = "notes"
    description = "Notes."
    writable = True
    max_search_results = 5
    extraction = None

    async def search(self, query: str, options: Any = None) -> list[Any]:
        return []

    async def add(self, content: str, metadata: Any = None) -> None: ...


@workflow.defn
class HasOthers:
    """Gives what a keyword takes as a generator, and tells what came of it."""

    @workflow.run
    async def run(self, keyword: str) -> list[str]:
        seen: list[str] = []
        given: dict[str, Callable[[], Any]] = {
            "hooks": lambda: iter([Notes(seen)]),
            "plugins": lambda: iter([NotesToo(seen)]),
            "interventions": lambda: iter([HumanInTheLoop()]),
            "memory_manager": lambda: {"stores": iter([Memory()])},
            "context_manager": lambda: {"strategies": iter(["large_tool_offloading"])},
        }
        if keyword == "approvals":
            agent = TemporalAgent("scripted", tools=[one], hooks=[Approvals(iter(["one"]))], callback_handler=None)
        else:
            options: Any = {keyword: given[keyword]()}
            agent = TemporalAgent("scripted", tools=[one], callback_handler=None, **options)
        result = await agent.invoke_async("go")
        kept = [type(each).__name__ for each in getattr(agent._context_manager, "_strategies", ())]  # pyright: ignore[reportPrivateUsage]
        return [*seen, result.stop_reason, *agent.tool_names, *kept]


@workflow.defn
class HasActivities:
    @workflow.run
    async def run(self) -> list[str]:
        made = tools_as_activities(each for each in (existing.draw, iter([existing.sync_where])))
        return [each.tool_name for each in made]
