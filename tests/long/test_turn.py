"""A turn that outgrows its run goes on in the next: nothing of it is lost, or done twice."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from typing import Any

import pytest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollWorkflowTaskQueueRequest, RespondWorkflowTaskCompletedRequest
from temporalio.client import Client, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from strands_temporal import execute_turn

from ..env import LIMIT, Env, scheduled_activities
from . import long_workflows as wf
from .runs import runs_of


def calls_of(workflow_id: str) -> Counter[int]:
    return Counter(number for each, number in wf.CALLS if each == workflow_id)


# The server lets a workflow continue as new once a second, so runs are few.
@pytest.mark.parametrize(("turns", "events"), [(3, 1), (24, 100)])
async def test_one_turn_in_many_runs(turns: int, events: int, env: Env) -> None:
    model = env.model(wf.looks(turns, 3))
    async with env.worker(wf.OneTurn, activities=[wf.look]):
        handle = await env.start(wf.OneTurn.run, wf.Job("count", events))
        result = await env.result(handle)
    runs = await runs_of(env, handle)
    calls = 3 * turns
    assert result.startswith(f"count: {calls} seen, {calls} different")
    assert f"({len(runs) - 1} runs before" in result
    if events == 1:  # each boundary was a stop, and each run made one step
        assert len(runs) == 2 * turns + 1 and "after_model+after_tools" in result
    else:  # more messages than the window of 40 keeps when a turn ends, and it ends at the very end only
        assert len(runs) >= 3 and result.endswith("11 removed)"), result
    assert calls_of(handle.id) == Counter(range(calls))
    assert len(model.requests) == turns + 1
    assert [request.messages[0]["content"] for request in model.requests] == [[{"text": "count"}]] * (turns + 1)
    scheduled = [name for run in runs for name in scheduled_activities(run)]
    assert scheduled.count("look") == calls


async def test_the_model_sees_what_it_sees_in_one_run(env: Env) -> None:
    model = env.model(wf.looks(24, 3))
    async with env.worker(wf.OneTurn, activities=[wf.look]):
        for events in (100, 100_000):
            handle = await env.start(wf.OneTurn.run, wf.Job("count", events))
            await env.result(handle)
    assert len(await runs_of(env, handle)) == 1
    in_many, in_one = model.requests[:25], model.requests[25:]
    for several, one in zip(in_many, in_one, strict=True):
        assert (several.messages, several.tool_specs) == (one.messages, one.tool_specs)


@pytest.mark.parametrize("turns", [10, pytest.param(40, marks=pytest.mark.exhaustive)])
async def test_many_tool_calls(client: Client, task_queue: str, turns: int) -> None:
    """2,000 of them, 50 in each reply, or a quarter of that."""
    env, calls, events = Env(client, task_queue), 50 * turns, 1500 * turns // 40
    env.model(wf.looks(turns, 50))
    async with env.worker(wf.OneTurn, activities=[wf.look]):
        handle = await env.start(wf.OneTurn.run, wf.Job("count", events))
        result = await env.result(handle, 250)
    runs = await runs_of(env, handle)
    assert result.startswith(f"count: {calls} seen, {calls} different")
    assert len(runs) >= 4
    assert max(len(run.events) for run in runs) < events + 500
    assert calls_of(handle.id) == Counter(range(calls))


async def test_an_update_is_answered_once_in_a_later_run(env: Env) -> None:
    model = env.model(lambda request: wf.looks(6, 3)(request) if request.text != "and now?" else "nothing more")
    id = str(uuid.uuid4())
    async with env.worker(wf.Chat, activities=[wf.look]):
        handle = await env.start(wf.Chat.run, wf.ChatInput(30))
        first = asyncio.create_task(execute_turn(handle, wf.Chat.turn, "count", id=id))
        await asyncio.wait([first], timeout=0.2)
        second = execute_turn(handle, wf.Chat.turn, "and now?")
        assert await asyncio.wait_for(asyncio.gather(first, second), LIMIT) == [
            "count: 18 seen, 18 different",
            "nothing more",
        ]
        # A client that never got the answer asks again, in another run.
        assert await execute_turn(handle, wf.Chat.turn, "count", id=id) == "count: 18 seen, 18 different"
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await execute_turn(handle, wf.Chat.turn, "break")
        assert isinstance(failed.value.cause, ApplicationError)
        assert (failed.value.cause.message, failed.value.cause.type) == ("this one fails", "ValueError")
        await handle.signal(wf.Chat.end)
        assert await env.result(handle) > 2
        with pytest.raises(RPCError):
            await execute_turn(handle, wf.Chat.turn, "too late")
    assert len(await runs_of(env, handle)) > 2
    assert calls_of(handle.id) == Counter(range(18))
    assert len(model.requests) == 8


async def test_a_chat_gets_on_however_soon_it_leaves(env: Env) -> None:
    """Each run is to be left when it begins, and makes one step all the same."""
    env.model(wf.looks(1, 2))
    async with env.worker(wf.Chat, activities=[wf.look]):
        handle = await env.start(wf.Chat.run, wf.ChatInput(1))
        answer = await asyncio.wait_for(execute_turn(handle, wf.Chat.turn, "count"), LIMIT)
        assert answer == "count: 2 seen, 2 different"
        await handle.signal(wf.Chat.end)
        await env.result(handle)
    assert calls_of(handle.id) == Counter(range(2))


async def test_a_plain_update_is_told_to_ask_again(env: Env) -> None:
    env.model(wf.looks(6, 3))
    async with env.worker(wf.Chat, activities=[wf.look]):
        handle = await env.start(wf.Chat.run, wf.ChatInput(30))
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await handle.execute_update(wf.Chat.turn, "count", id="mine")
        cause = failed.value.cause
        assert isinstance(cause, ApplicationError) and cause.type == "TurnGoesOnError"
        assert "with the id 'mine'" in cause.message
        assert await execute_turn(handle, wf.Chat.turn, "count", id="mine") == "count: 18 seen, 18 different"
        await handle.signal(wf.Chat.end)
        await env.result(handle)
    assert calls_of(handle.id) == Counter(range(18))


@pytest.mark.uncached
async def test_a_worker_that_left_the_update_alone(env: Env) -> None:
    """The server says so where a run ends before its worker comes to an update; here, of a worker that does not."""
    env.model(wf.looks(1, 1))
    handle = await env.start(wf.Chat.run, wf.ChatInput(1000))
    asked = asyncio.create_task(execute_turn(handle, wf.Chat.turn, "count"))
    service = env.client.workflow_service
    queue = TaskQueue(name=env.task_queue)
    poll = PollWorkflowTaskQueueRequest(namespace=env.client.namespace, task_queue=queue, identity="idle")
    messages: list[Any] = []
    while not messages:
        task = await service.poll_workflow_task_queue(poll, retry=True)
        messages += task.messages
        await service.respond_workflow_task_completed(
            RespondWorkflowTaskCompletedRequest(namespace=env.client.namespace, task_token=task.task_token)
        )
    async with env.worker(wf.Chat, activities=[wf.look]):
        assert await asyncio.wait_for(asked, LIMIT) == "count: 1 seen, 1 different"
        await handle.signal(wf.Chat.end)
        await env.result(handle)


async def test_a_chat_that_fails_ends_its_callers(env: Env) -> None:
    env.model([TypeError("a mistake")])
    async with env.worker(wf.Chat, activities=[wf.look]):
        handle = await env.start(wf.Chat.run, wf.ChatInput(30))
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await asyncio.wait_for(execute_turn(handle, wf.Chat.turn, "count"), LIMIT)
        assert "a mistake" in str(failed.value.cause)
        with pytest.raises(WorkflowFailureError) as ended:
            await env.result(handle)
    assert "a mistake" in str(ended.value.cause)


async def test_the_handle_of_one_run_is_refused(client: Client) -> None:
    with pytest.raises(ValueError, match="not of one of its runs"):
        await execute_turn(client.get_workflow_handle("a", run_id="b"), "turn", "hi")
