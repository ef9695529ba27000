"""Agents with skills, goals, and an offloader; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from strands import Agent
from strands.storage import InMemoryStorage, LocalFileStorage
from strands.types.content import Message
from strands.vended_plugins import context_offloader
from strands.vended_plugins.context_offloader import ContextOffloader
from strands.vended_plugins.goal import GoalLoop, JudgeConfig
from strands.vended_plugins.skills import AgentSkills, Skill
from temporalio import workflow

from strands_temporal import TemporalAgent, TemporalModel, TemporalSandbox, TemporalStorage

with workflow.unsafe.imports_passed_through():
    from . import buckets

from .managed_workflows import look, talk

MakeAgent: TypeAlias = Callable[..., Agent]

SKILL = "---\nname: greeting\ndescription: how to greet\n---\nSay: well met.\n"


async def skills(make: MakeAgent, judge: Any) -> Any:
    """Skills in memory."""
    return await talk(make(plugins=[AgentSkills(skills=[Skill.from_content(SKILL)])]), 2, "use skill")


async def offloaded(make: MakeAgent, judge: Any) -> Any:
    """What tools give is put away in memory."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        storage = context_offloader.InMemoryStorage()
    plugin = ContextOffloader(storage=storage, max_result_tokens=100, preview_tokens=20)
    return await talk(make(plugins=[plugin], tools=[look]), 2, "look back")


async def offloaded_in_storage(make: MakeAgent, judge: Any) -> Any:
    """The same in Strands' storage in memory."""
    plugin = ContextOffloader(storage=InMemoryStorage(), max_result_tokens=100, preview_tokens=20)
    return await talk(make(plugins=[plugin], tools=[look]), 2, "look back")


async def goal(make: MakeAgent, judge: Any) -> Any:
    """A goal that another model judges; the conversation is kept."""
    plugin = GoalLoop("It is perfect.", judge=JudgeConfig(model=judge), max_attempts=5)
    agent = make(plugins=[plugin])
    return [await talk(agent, 1, "try"), _shown(plugin, agent)]


async def goal_anew(make: MakeAgent, judge: Any) -> Any:
    """Each attempt begins with the conversation as it was, which takes snapshots."""
    plugin = GoalLoop("It is perfect.", judge=JudgeConfig(model=judge), max_attempts=5, preserve_context=False)
    agent = make(plugins=[plugin])
    return [await talk(agent, 2, "try"), _shown(plugin, agent)]


async def goal_of_aux_model(make: MakeAgent, judge: Any) -> Any:
    """The judge is the agent's model for side calls."""
    plugin = GoalLoop("It is perfect.", max_attempts=5)
    agent = make(plugins=[plugin], aux_model="judge" if judge.__class__ is TemporalModel else judge)
    return [await talk(agent, 1, "try"), _shown(plugin, agent)]


async def goal_by_code(make: MakeAgent, judge: Any) -> Any:
    """A function judges, and gives up."""

    def check(response: Message, agent: Agent, **kwargs: Any) -> dict[str, Any]:
        return {"passed": False, "feedback": f"after {len(agent.messages)}"}

    plugin = GoalLoop(check, max_attempts=2)
    agent = make(plugins=[plugin])
    return [await talk(agent, 1, "try"), _shown(plugin, agent)]


def _shown(plugin: GoalLoop, agent: Agent) -> Any:
    result = plugin.last_result(agent)
    assert result is not None
    return [result.stop_reason, [[each.passed, each.feedback] for each in result.attempts]]


CONVERSATIONS: dict[str, Callable[[MakeAgent, Any], Any]] = {
    each.__name__: each
    for each in (skills, offloaded, offloaded_in_storage, goal, goal_anew, goal_of_aux_model, goal_by_code)
}


@workflow.defn
class Plugged:
    """One of the conversations."""

    @workflow.run
    async def run(self, name: str) -> Any:
        make = partial(TemporalAgent, "scripted", callback_handler=None)
        return await CONVERSATIONS[name](make, TemporalModel("judge"))


@workflow.defn
class GoalInTime:
    """A goal with a limit of time, which is the workflow's."""

    @workflow.run
    async def run(self, limit: float = 1) -> Any:
        def check(response: Message, agent: Agent, **kwargs: Any) -> bool:
            return False

        plugin = GoalLoop(check, timeout=limit)
        agent = TemporalAgent("scripted", plugins=[plugin], callback_handler=None)
        await agent.invoke_async("go")
        return _shown(plugin, agent)[0]


@workflow.defn
class PutAway:
    """What tools give is put away in one of several places."""

    @workflow.run
    async def run(self, where: str) -> Any:
        sandbox, storage, own = None, None, None
        if where == "storage":
            storage = TemporalStorage("storage")
        elif where == "agent storage":
            own = TemporalStorage("storage")
        elif where == "files in a sandbox":
            sandbox, storage = TemporalSandbox("box"), LocalFileStorage("artifacts")
        else:
            sandbox = TemporalSandbox("box")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                storage = context_offloader.FileStorage("artifacts")
        plugin: Any = ContextOffloader(storage=storage, max_result_tokens=100, preview_tokens=20)
        agent = TemporalAgent(
            "scripted", tools=[look], plugins=[plugin], sandbox=sandbox, storage=own, callback_handler=None
        )
        return await talk(agent, 1, "look back")


@workflow.defn
class RefusedPlugins:
    """What would do I/O in the workflow."""

    @workflow.run
    async def run(self, what: str) -> None:
        plugin: Any = AgentSkills(skills=["./skills"])
        storages = {
            "offloader": LocalFileStorage("artifacts"),
            "offloader in S3": buckets.STORAGE,
            "offloader in its own S3": buckets.OFFLOADED,
        }
        if what in storages:
            plugin = ContextOffloader(storage=storages[what])
        TemporalAgent("scripted", plugins=[plugin])
        await asyncio.sleep(0)
