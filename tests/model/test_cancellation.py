"""Cancellation of every kind reaches the model call in flight, and the agent's user sees what Strands' user sees."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

import pytest
from strands import Agent, tool
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.exceptions import CancelledError

from strands_temporal import StrandsPlugin
from strands_temporal._runtime.cancel_signal import Mirror, listening

from ..env import LIMIT, Env, EventType, of_type, scheduled_activities, timers
from . import cancellation_workflows as wf
from .waiting import WaitingModel

pytestmark = pytest.mark.timing

SOON = 15.0
"""Seconds in which a busy machine hears of a cancellation, which goes with a heartbeat; these workflows have them each
second, and with the heartbeat timeout of the library the SDK would wait for 24 s."""

BY_THE_AGENT = "agent.cancel()"

# Strands 1.60 has no options of `cancel`.
OF_A_CALL = [BY_THE_AGENT, *(["with a message"] if "message" in signature(Agent.cancel).parameters else [])]
OF_A_TOOL = [*OF_A_CALL, *(["after the tools", "after the tools, with a message"] if len(OF_A_CALL) > 1 else [])]


async def happens(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), LIMIT)


def model_of(env: Env, *, sync_calls: bool = True, **options: Any) -> WaitingModel:
    model = WaitingModel(**options)
    env.plugin = StrandsPlugin(models={"model": lambda: model}, sync_calls=sync_calls)
    return model


async def cancelled(env: Env, model: WaitingModel, workflow: Any, how: str, *args: Any) -> tuple[Any, Any]:
    """A workflow that is cancelled by a signal once its model call is in flight: its result and its history."""
    async with env.worker(workflow, activities=[work_of(asyncio.Event(), asyncio.Event())]):
        handle = await env.start(workflow.run, *args)
        await happens(model.began)
        started = time.monotonic()
        await handle.signal("cancel", how)
        result = await env.result(handle)
        await happens(model.noticed)
        assert time.monotonic() - started < SOON
    return result, await handle.fetch_history()


def work_of(began: asyncio.Event, done: asyncio.Event) -> Callable[..., Any]:
    @activity.defn
    async def work() -> str:
        """Do some work; the tests have activities of this name."""
        began.set()
        await happens(done)
        return "worked"

    return work


async def outside(course: str, how: str) -> str:
    """The same course with an agent of Strands."""
    model = WaitingModel()
    began, done = asyncio.Event(), asyncio.Event()

    @tool
    async def work() -> str:
        """Do some work; the tests have activities of this name."""
        began.set()
        await happens(done)
        return "worked"

    case = wf.Case(partial(Agent, model), tools=[work])
    talk = asyncio.create_task(wf.COURSES[course](case))
    await happens(began if course == "in_a_tool" else model.began)
    wf.CANCELS[how](case)
    done.set()
    await talk
    return case.got()


@pytest.mark.parametrize("sync_calls", [True, False])
@pytest.mark.parametrize(
    ("course", "how"),
    [
        *(("by_the_agent", how) for how in OF_A_CALL),
        ("by_an_event", "by the event"),
        ("by_an_event_for_the_second", "by the event"),
    ],
)
async def test_a_signal_reaches_the_call_in_flight(course: str, how: str, sync_calls: bool, env: Env) -> None:
    model = model_of(env, sync_calls=sync_calls)
    got, history = await cancelled(env, model, wf.Cancelled, how, course)
    assert got == await outside(course, how)
    assert "'cancelled'" in got and "'end_turn'" in got
    assert timers(history) == []
    (cancel,) = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED)
    waited = cancel.activity_task_cancel_requested_event_attributes.scheduled_event_id
    assert history.events[waited - 1].event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED


async def test_a_model_that_works_on_a_thread_notices(env: Env) -> None:
    model = model_of(env, on_a_thread=True)
    got, _ = await cancelled(env, model, wf.Cancelled, BY_THE_AGENT, "by_the_agent")
    assert got == await outside("by_the_agent", BY_THE_AGENT)


async def test_an_event_that_is_set_already_calls_no_model(env: Env) -> None:
    model = model_of(env)
    async with env.worker(wf.Cancelled):
        handle = await env.start(wf.Cancelled.run, "by_an_event_already_set")
        got = await env.result(handle)
    case = wf.Case(partial(Agent, WaitingModel()))
    await wf.by_an_event_already_set(case)
    assert got.replace(", 'work'", "") == case.got()
    assert len(model.requests) == 1
    assert scheduled_activities(await handle.fetch_history()) == ["invoke_model"]


async def test_cancelling_the_workflow_reaches_the_call_in_flight(env: Env) -> None:
    model = model_of(env)
    async with env.worker(wf.Cancelled):
        handle = await env.start(wf.Cancelled.run, "by_the_agent")
        await happens(model.began)
        started = time.monotonic()
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
        assert isinstance(failure.value.cause, CancelledError)
        await happens(model.noticed)
        assert time.monotonic() - started < SOON
    assert (await handle.describe()).status is WorkflowExecutionStatus.CANCELED


@pytest.mark.uncached
async def test_a_workflow_that_goes_on_after_its_cancellation_can_cancel_its_agent(env: Env) -> None:
    model = model_of(env)
    async with env.worker(wf.GoesOn):
        handle = await env.start(wf.GoesOn.run)
        await happens(model.began)
        model.began.clear()
        await handle.cancel()
        await happens(model.began)
        await handle.signal(wf.GoesOn.cancel, BY_THE_AGENT)
        got = await env.result(handle)
    assert "['cancelled'" in got and "['end_turn'" in got


async def test_a_time_limit_reaches_the_call_in_flight(env: Env) -> None:
    model = model_of(env)
    async with env.worker(wf.Cancelled):
        handle = await env.start(wf.Cancelled.run, "by_a_time_limit")
        await happens(model.began)
        started = time.monotonic()
        await happens(model.noticed)
        assert time.monotonic() - started < 0.3 + SOON
        got = await env.result(handle)
    case = wf.Case(partial(Agent, WaitingModel()))
    await wf.by_a_time_limit(case)
    assert got == case.got()
    assert len(timers(await handle.fetch_history())) == 1  # the user's own


@pytest.mark.parametrize("how", OF_A_TOOL)
async def test_a_tool_in_flight_is_waited_for_and_no_model_called(how: str, env: Env) -> None:
    model = model_of(env)
    began, done = asyncio.Event(), asyncio.Event()
    async with env.worker(wf.Cancelled, activities=[work_of(began, done)]):
        handle = await env.start(wf.Cancelled.run, "in_a_tool")
        await happens(began)
        await handle.signal(wf.Cancelled.cancel, how)
        done.set()
        got = await env.result(handle)
    assert got == await outside("in_a_tool", how)
    assert "'cancelled'" in got and "worked" in got
    history = await handle.fetch_history()
    assert scheduled_activities(history) == ["invoke_model", "work", "invoke_model"]
    assert timers(history) == []
    assert len(model.requests) == 2


async def test_cancelling_an_agent_cancels_the_agent_that_is_its_tool(env: Env) -> None:
    model = model_of(env, tool_input='{"input": "wait"}')
    got, history = await cancelled(env, model, wf.SubAgent, BY_THE_AGENT)
    assert "'cancelled'" in got and "'end_turn'" in got
    assert timers(history) == []


@pytest.mark.parametrize("prompts", [("wait", "wait"), ("Hello", "wait"), ("wait", "Hello")])
async def test_one_event_for_two_agents(prompts: tuple[str, str], env: Env) -> None:
    model = model_of(env)
    async with env.worker(wf.OneEventForTwo):
        handle = await env.start(wf.OneEventForTwo.run, *prompts)
        for _ in range(1000):
            if len(model.requests) == 2 and model.waiting == prompts.count("wait"):
                break
            await asyncio.sleep(0.01)
        await handle.signal(wf.OneEventForTwo.cancel, "by the event")
        stop_reasons, patched = await env.result(handle)
    expected = {"wait": "cancelled", "Hello": "end_turn"}
    assert stop_reasons == [[expected[prompt], "end_turn"] for prompt in prompts]
    assert not patched


@pytest.mark.parametrize("first_ends", ["first", "last"])
def test_mirrors_end_in_any_order(first_ends: str) -> None:
    external, one, two = (threading.Event() for _ in range(3))
    mirrors = [Mirror(external, one), Mirror(external, two)]
    (ends, ended), (goes_on, told) = [(mirrors[0], one), (mirrors[1], two)][:: 1 if first_ends == "first" else -1]
    ends.cancel()
    external.set()
    assert told.is_set() and not ended.is_set() and external.is_set()
    goes_on.cancel()
    told.clear()
    external.set()
    assert not told.is_set() and not ended.is_set()
    assert "set" not in vars(external)


def test_who_listens_to_a_mirrors_agent_is_told() -> None:
    """The order in which they happen: a caller's event is mirrored before the agent calls its model."""
    external, internal = threading.Event(), threading.Event()
    heard: list[str] = []
    mirror = Mirror(external, internal)
    with listening(internal, lambda: heard.append("call")):
        external.set()
    mirror.cancel()
    assert heard == ["call"] and internal.is_set()


def test_a_set_of_the_users_own_is_kept() -> None:
    event = threading.Event()
    heard: list[str] = []
    own = event.set = lambda: heard.append("own")
    with listening(event, lambda: heard.append("listener")):
        event.set()
    assert event.set is own
    assert heard == ["own", "listener"]
