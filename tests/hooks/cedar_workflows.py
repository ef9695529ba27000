"""Agents whose tool calls policies and a classifier decide on; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from strands import Agent, tool
from strands.interventions import InterventionHandler
from strands.vended_interventions.cedar import CedarAuthorization
from strands.vended_interventions.hitl import HumanInTheLoop, LLMClassifierConfig
from temporalio import workflow

from strands_temporal import TemporalAgent, TemporalModel

MakeAgent: TypeAlias = Callable[..., Agent]

POLICIES = """
permit(principal, action == Action::"look_up", resource) when { context.session.call_count <= 2 };
permit(principal == User::"ann", action == Action::"delete", resource);
forbid(principal, action, resource) when { context.input has path && context.input.path like "/etc*" };
"""


@tool
def look_up(path: str) -> str:
    """Look something up.

    Args:
        path: What.
    """
    return f"{path} is found"


@tool
def delete(path: str) -> str:
    """Delete something.

    Args:
        path: What.
    """
    return f"{path} is deleted"


async def allowed(make: MakeAgent, user: str) -> Any:
    """Calls that policies allow, deny, and allow a number of times."""
    cedar = CedarAuthorization(
        policies=POLICIES, principal_resolver=lambda state: {"type": "User", "id": state.get("user", "")}
    )
    agent = make(tools=[look_up, delete], interventions=[cedar])
    result = await agent.invoke_async("go", invocation_state={"user": user})
    return [str(result).strip(), agent.state.get()]


@workflow.defn
class Authorized:
    """The calls of one user."""

    @workflow.run
    async def run(self, user: str) -> Any:
        return await allowed(partial(TemporalAgent, "scripted", callback_handler=None), user)


@workflow.defn
class ByTheHour:
    """A policy that looks at the clock: the workflow's, which a replay at another hour must not change."""

    @workflow.run
    async def run(self, hour: int) -> Any:
        policy = f"permit(principal, action, resource) when {{ context.session.hour_utc == {hour} }};"
        cedar = CedarAuthorization(policies=policy)
        agent = TemporalAgent("scripted", tools=[look_up, delete], interventions=[cedar], callback_handler=None)
        result = str(await agent.invoke_async("go", invocation_state={"user": "ann"})).strip()
        return [result, workflow.now().hour]


@workflow.defn
class Classified:
    """A model by its name tells which calls a human is asked about."""

    @workflow.run
    async def run(self) -> Any:
        human = HumanInTheLoop(classifier=LLMClassifierConfig(model=TemporalModel("judge")))
        agent = TemporalAgent("scripted", tools=[look_up, delete], interventions=[human], callback_handler=None)
        result = await agent.invoke_async("go")
        return [result.stop_reason, [each.reason for each in result.interrupts or ()]]


@workflow.defn
class RefusedInterventions:
    """What would read files, or from the worker's keyboard."""

    @workflow.run
    async def run(self, what: str, file: str) -> None:
        handler: InterventionHandler = HumanInTheLoop(ask="stdio")
        if what == "cedar":
            handler = CedarAuthorization(policies=file)
        TemporalAgent("scripted", interventions=[handler])
        await asyncio.sleep(0)
