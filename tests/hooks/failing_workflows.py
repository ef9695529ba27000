"""Hooks that fail: activities and callbacks, at any event; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from strands.hooks import (
    AfterToolCallEvent,
    AgentInitializedEvent,
    BeforeInvocationEvent,
    BeforeToolCallEvent,
)
from temporalio import workflow
from temporalio.common import RetryPolicy

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_hook

from .hook_activities import count_letters, fails, nobody_registers_this

ONCE = RetryPolicy(maximum_attempts=1)


@workflow.defn
class FailingActivityHook:
    @workflow.run
    async def run(self, kind: str, event_type: str) -> str:
        options: Any = {"retry_policy": ONCE}
        if kind == "time-out":
            options["start_to_close_timeout"] = timedelta(milliseconds=300)
        if kind == "5 attempts":
            options["retry_policy"] = RetryPolicy(initial_interval=timedelta(milliseconds=10), backoff_coefficient=1)
        function = nobody_registers_this if kind == "not registered" else fails
        agent = TemporalAgent("scripted", name="audited", callback_handler=None, tools=[count_letters])
        agent.add_hook(
            activity_as_hook(function, activity_input=lambda event: kind, **options), event_class(event_type)
        )
        return str(await agent.invoke_async("go")).strip()


def event_class(name: str) -> Any:
    import strands.hooks

    return getattr(strands.hooks, name)


class Broken(Exception):
    pass


class Audit:
    def record(self, event: Any) -> None:
        raise Broken(f"no {type(event).__name__}")

    async def record_async(self, event: Any) -> None:
        await asyncio.sleep(0)
        raise Broken(f"no {type(event).__name__}")


@workflow.defn
class FailingCallback:
    @workflow.run
    async def run(self, event_type: str, as_coroutine: bool) -> str:
        kind = event_class(event_type)
        callback = Audit().record_async if as_coroutine else Audit().record

        class Hooks:
            def register_hooks(self, registry: Any, **kwargs: Any) -> None:
                registry.add_callback(kind, callback)

        hooks: Any = [Hooks()]
        agent = TemporalAgent("scripted", name="audited", callback_handler=None, tools=[count_letters], hooks=hooks)
        return str(await agent.invoke_async("go"))


@workflow.defn
class FailsInASyncCall:
    @workflow.run
    async def run(self) -> str:
        agent = TemporalAgent("scripted", name="audited", callback_handler=None, tools=[count_letters])
        agent.add_hook(Audit().record_async, AfterToolCallEvent)
        return str(agent("go"))


@workflow.defn
class CatchesItsHook:
    """An error of a hook is one that user code may catch; then the workflow goes on."""

    @workflow.run
    async def run(self) -> list[str]:
        agent = TemporalAgent("scripted", callback_handler=None)
        agent.add_hook(Audit().record, BeforeInvocationEvent)
        try:
            await agent.invoke_async("go")
        except Broken as error:
            return [str(error)]
        return ["not reached"]


@workflow.defn
class FailsOnce:
    """A callback that fails at its first call alone: Strands makes the tool's result an error and fires again."""

    @workflow.run
    async def run(self) -> str:
        failed: list[str] = []

        def once(event: AfterToolCallEvent) -> None:
            if not failed:
                failed.append("failed")
                raise Broken("once")

        agent = TemporalAgent("scripted", callback_handler=None, tools=[count_letters])
        agent.add_hook(once, AfterToolCallEvent)
        return str(await agent.invoke_async("go")).strip()


@workflow.defn
class HookOfAHook:
    """A callback that calls another agent, whose model fails."""

    @workflow.run
    async def run(self) -> str:
        inner = TemporalAgent("scripted", name="inner", callback_handler=None, system_prompt="fail", retry_policy=ONCE)

        async def ask_inner(event: BeforeToolCallEvent) -> None:
            await inner.invoke_async("may I?")

        agent = TemporalAgent("scripted", name="outer", callback_handler=None, tools=[count_letters])
        agent.add_hook(ask_inner, BeforeToolCallEvent)
        return str(await agent.invoke_async("go"))


@workflow.defn
class FailsWhileMade:
    """A hook that fails while the agent is made, which happens in `__init__` for most workflows."""

    def __init__(self) -> None:
        class Hooks:
            def register_hooks(self, registry: Any, **kwargs: Any) -> None:
                registry.add_callback(AgentInitializedEvent, Audit().record)

        hooks: Any = [Hooks()]
        self.agent = TemporalAgent("scripted", callback_handler=None, hooks=hooks)

    @workflow.run
    async def run(self) -> str:
        return str(await self.agent.invoke_async("go"))
