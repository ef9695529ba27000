"""Agents that are cancelled in every way, made by any maker of agents: in workflows, and outside of Temporal."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool

from .crossing_workflows import MakeAgent, shown
from .waiting import WAIT

HEARTBEAT = timedelta(seconds=1)


temporal_agent: MakeAgent = partial(TemporalAgent, "model", heartbeat_timeout=HEARTBEAT)


class Case:
    """An agent that is asked, cancelled in one of the ways, and asked again."""

    def __init__(self, make: MakeAgent, **options: Any) -> None:
        self.agent = make(callback_handler=None, **options)
        self.event = threading.Event()
        self._got: list[Any] = []

    async def ask(self, prompt: str, **options: Any) -> None:
        result = await self.agent.invoke_async(prompt, **options)
        self._got.append([result.stop_reason, result.message])

    def stop_reasons(self) -> list[str]:
        return [stop_reason for stop_reason, _ in self._got]

    def got(self) -> str:
        return shown([self._got, self.agent.messages])


async def by_the_agent(case: Case) -> None:
    """`agent.cancel`, or `agent.cancel` with a message: as the test does it."""
    await case.ask(WAIT)
    await case.ask("Hello")


async def by_an_event(case: Case) -> None:
    """The caller's own event, which is used again."""
    await case.ask(WAIT, cancel_signal=case.event)
    case.event.clear()
    await case.ask("Hello", cancel_signal=case.event)


async def by_an_event_already_set(case: Case) -> None:
    """The caller's own event, set before the agent is asked."""
    case.event.set()
    await case.ask(WAIT, cancel_signal=case.event)
    await case.ask(WAIT, cancel_signal=case.event)
    case.event.clear()
    await case.ask("Hello", cancel_signal=case.event)


async def by_an_event_for_the_second(case: Case) -> None:
    """The caller's own event, unused by the first invocation and by the last."""
    await case.ask("Hello", cancel_signal=case.event)
    await case.ask(WAIT, cancel_signal=case.event)
    await case.ask("And now?")


async def by_a_time_limit(case: Case) -> None:
    """A limit of the caller's, which cancels the task."""
    try:
        await asyncio.wait_for(case.ask(WAIT), 0.3)
    except asyncio.TimeoutError:
        await case.ask("Hello")


async def in_a_tool(case: Case) -> None:
    """While a tool works, or is wanted."""
    await case.ask("use it")
    await case.ask("Hello")


COURSES = {
    each.__name__: each
    for each in (
        by_the_agent,
        by_an_event,
        by_an_event_already_set,
        by_an_event_for_the_second,
        by_a_time_limit,
        in_a_tool,
    )
}

CANCELS: dict[str, Callable[[Case], None]] = {
    "agent.cancel()": lambda case: case.agent.cancel(),
    "with a message": lambda case: case.agent.cancel(message="Stopped."),
    "after the tools": lambda case: case.agent.cancel(after_current_tools=True),
    "after the tools, with a message": lambda case: case.agent.cancel(after_current_tools=True, message="Stopped."),
    "by the event": lambda case: case.event.set(),
}


@activity.defn
async def work() -> str:
    """Do some work; the tests have activities of this name."""
    raise NotImplementedError


@workflow.defn
class Cancelled:
    """One of the courses, cancelled by a signal."""

    @workflow.run
    async def run(self, course: str) -> str:
        self._case = Case(temporal_agent, tools=[activity_as_tool(work)])
        await COURSES[course](self._case)
        return self._case.got()

    @workflow.signal
    def cancel(self, how: str) -> None:
        CANCELS[how](self._case)


@workflow.defn
class OneEventForTwo:
    """Two agents at once with one event, which concerns them no more afterwards."""

    @workflow.run
    async def run(self, *prompts: str) -> list[Any]:
        self._event = threading.Event()
        cases = [Case(temporal_agent) for _ in prompts]
        asked = zip(cases, prompts, strict=True)
        tasks = [asyncio.create_task(case.ask(prompt, cancel_signal=self._event)) for case, prompt in asked]
        self._answered = [task for task, prompt in zip(tasks, prompts, strict=True) if prompt != WAIT]
        await asyncio.gather(*tasks)
        self._event.clear()
        self._event.set()
        for case in cases:
            await case.ask("And now?")
        return [[case.stop_reasons() for case in cases], "set" in vars(self._event)]

    @workflow.signal
    async def cancel(self, how: str) -> None:
        await asyncio.gather(*self._answered)
        self._event.set()


@workflow.defn
class SubAgent:
    """An agent whose tool is an agent, which waits."""

    @workflow.run
    async def run(self) -> str:
        inner = temporal_agent(name="inner", callback_handler=None)
        self._case = Case(temporal_agent, tools=[inner.as_tool()])
        await self._case.ask("use it")
        await self._case.ask("Hello")
        return self._case.got()

    @workflow.signal
    def cancel(self, how: str) -> None:
        CANCELS[how](self._case)


@workflow.defn
class GoesOn:
    """A workflow that is cancelled, and says goodbye with an agent that is cancelled too."""

    @workflow.run
    async def run(self) -> str:
        self._case = Case(temporal_agent)
        try:
            await self._case.ask(WAIT)
        except asyncio.CancelledError:
            await self._case.ask(WAIT)
            await self._case.ask("Goodbye")
        return self._case.got()

    @workflow.signal
    def cancel(self, how: str) -> None:
        CANCELS[how](self._case)
