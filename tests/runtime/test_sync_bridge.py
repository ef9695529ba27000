"""Sync code in workflows waits for async code: what a user gets, what the model saw, what the server recorded."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from typing import Any

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import CancelledError

from strands_temporal import StrandsPlugin
from strands_temporal.testing import Reply, ScriptedRequest, Step, ToolCall

from ..env import Env, EventType, of_type, scheduled_activities, texts, timers
from . import sync_workflows as wf


def step_threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "strands-temporal-step"]


def answer(request: ScriptedRequest, *calls: ToolCall) -> Step:
    """Agents by their system prompt; the main one makes the calls, then tells what it saw of them."""
    if request.system_prompt == "researcher":
        return f"found {request.text}"
    if request.system_prompt == "extractor":
        return ToolCall("City", {"name": request.text.split()[-1]})
    if request.system_prompt == "nesting" and request.turn == 0:
        return ToolCall("research", {"question": request.text})
    if request.system_prompt == "slow":
        return Reply(["late"], delay=20)
    if request.turn == 0 and calls:
        return list(calls)
    return " | ".join(texts(request.tool_results)) or f"echo {request.text}"


async def one_agent(env: Env, *calls: ToolCall, workflow: Any = wf.OneAgent) -> tuple[str, Any]:
    env.model(lambda request: answer(request, *calls))
    async with env.worker(workflow, activities=[wf.shout]):
        handle = await env.start(workflow.run, "go") if workflow is wf.OneAgent else await env.start(workflow.run)
        return await env.result(handle), await handle.fetch_history()


async def test_sync_tool(env: Env) -> None:
    result, history = await one_agent(env, ToolCall("count", {"word": "strawberry", "letter": "r"}))
    assert result == "3"
    assert scheduled_activities(history) == ["invoke_model"] * 2
    assert not timers(history)


async def test_agent_in_parallel_sync_tools(env: Env) -> None:
    calls = [ToolCall("research", {"question": question}) for question in ("a", "b", "c")]
    result, history = await one_agent(env, *calls)
    assert result == "found a, found again | found b, found again | found c, found again"
    # The three first questions are in flight at once.
    assert scheduled_activities(history) == ["invoke_model"] * 8
    events = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    by_task = [event.activity_task_scheduled_event_attributes.workflow_task_completed_event_id for event in events]
    assert by_task[1] == by_task[2] == by_task[3]
    assert not timers(history)


async def test_nested_sync_agents_and_structured_output(env: Env) -> None:
    calls = ToolCall("nested", {"question": "deep"}), ToolCall("extract", {"text": "the city is Oslo"})
    result, history = await one_agent(env, *calls)
    assert result == "found deep, found again | Oslo"
    assert not timers(history)


@pytest.mark.uncached
async def test_sync_calls_straight_in_workflow_code_and_handlers(env: Env) -> None:
    env.model(answer)
    async with env.worker(wf.CallsInRun, activities=[wf.shout]):
        handle = await env.start(wf.CallsInRun.run)
        await handle.signal(wf.CallsInRun.tell, "signal")
        assert await handle.execute_update(wf.CallsInRun.tell_me, "update") == "echo update"
        result = await env.result(handle)
    one, two, city, direct, shouted, both, heard = result
    assert (one, two, city) == ("echo one", "echo two", "Paris")
    assert (direct, shouted) == ("3", "HI!")
    assert both == ["echo left", "echo right"]
    assert heard == ["echo signal", "echo update"]
    assert len(timers(await handle.fetch_history())) == 1  # the workflow's own sleep


async def test_sync_hook_asks_an_agent(env: Env) -> None:
    def script(request: ScriptedRequest) -> Step:
        if request.system_prompt == "judge":
            return "deny" if request.text == "shout" else "allow"
        return answer(request, ToolCall("count", {"word": "aa", "letter": "a"}), ToolCall("shout", {"text": "x"}))

    env.model(script)
    async with env.worker(wf.SyncHook, activities=[wf.shout]):
        handle = await env.start(wf.SyncHook.run, "go")
        *verdicts, result = await env.result(handle)
    assert sorted(verdicts) == ["allow", "deny"]
    assert result == "2 | denied by the judge"
    assert "shout" not in scheduled_activities(await handle.fetch_history())


@pytest.mark.parametrize("how", ["random", "open", "sleep"])
async def test_sandbox_restrictions_hold_on_the_thread(env: Env, how: str) -> None:
    result, _ = await sandboxed(env, how)
    assert "RestrictedWorkflowAccessError" in result


async def test_sandbox_imports_hold_on_the_thread(env: Env) -> None:
    result, _ = await sandboxed(env, "import")
    assert result == "imported True"
    assert "tests.runtime.only_in_a_tool" not in sys.modules


async def sandboxed(env: Env, how: str) -> tuple[str, Any]:
    env.replays_sandboxed = True
    env.model(lambda request: answer(request, ToolCall("break_the_sandbox", {"how": how})))
    async with env.worker(wf.Sandboxed):
        handle = await env.start(wf.Sandboxed.run, "go")
        return await env.result(handle), handle


async def test_contexts_in_both_directions(env: Env) -> None:
    env.model(lambda request: answer(request, *([ToolCall("look")] if request.text == "look" else [])))
    async with env.worker(wf.Contexts):
        handle = await env.start(wf.Contexts.run)
        seen = await env.result(handle)
    assert seen == {
        "id": handle.id,
        "word": "outside",
        "baggage": "up",
        "task": True,
        "word in the sub-agent": "changed in the tool",
        "baggage in the sub-agent": "up",
        "after": "outside",  # asyncio.to_thread gives a copy, as it does outside a workflow
        "across a wait": "before a wait",
    }


async def test_exceptions_cross_with_their_traceback(env: Env) -> None:
    result, _ = await one_agent(env, ToolCall("fail_deep"), workflow=wf.Exceptions)
    assert result.startswith("LookupError: from the hook of the sub-agent")
    assert result.endswith("frames of tool and hook: True")


async def parked(env: Env, how: str) -> Any:
    env.model(lambda request: answer(request, ToolCall("wait_long")))
    handle = await env.start(wf.Parked.run, how)
    for _ in range(200):
        if any(name == "invoke_model" for name in scheduled_activities(await handle.fetch_history())[1:]):
            return handle
        await asyncio.sleep(0.02)
    raise AssertionError("the tool did not park")


async def test_timeout_unwinds_a_parked_tool(env: Env) -> None:
    env.model(lambda request: answer(request, ToolCall("wait_long")))
    async with env.worker(wf.Parked):
        log = await env.execute(wf.Parked.run, "timeout")
    assert log == ["parked", "tool got CancelledError", "tool unwound", "timed out"]
    assert step_threads() == []


async def test_cancelling_the_workflow_unwinds_a_parked_tool(env: Env) -> None:
    env.model(lambda request: answer(request, ToolCall("wait_long")))
    async with env.worker(wf.Parked):
        handle = await parked(env, "return")
        await handle.cancel()
        log = await env.result(handle)
    assert log == ["parked", "tool got CancelledError", "tool unwound", "run cancelled"]
    assert step_threads() == []


async def test_cancelled_workflow_is_cancelled_not_failed(env: Env) -> None:
    env.model(lambda request: answer(request, ToolCall("wait_long")))
    async with env.worker(wf.Parked):
        handle = await parked(env, "raise")
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
    assert isinstance(failure.value.cause, CancelledError)


async def test_shutdown_and_eviction_leave_no_thread(env: Env) -> None:
    """The worker stops while the tool is parked; another one takes over and ends the workflow."""
    env.model(lambda request: answer(request, ToolCall("wait_long")))
    async with env.worker(wf.Parked):
        handle = await parked(env, "return")
        if env.cached:
            assert step_threads()
    assert step_threads() == []
    async with env.worker(wf.Parked):
        await handle.cancel()
        log = await env.result(handle)
    assert log[-2:] == ["tool unwound", "run cancelled"]
    assert step_threads() == []


if sys.version_info >= (3, 11):

    async def test_asyncio_timeout_around_a_sync_call(env: Env) -> None:
        env.model(answer)
        async with env.worker(wf.TimeoutInSyncCode):
            assert await env.execute(wf.TimeoutInSyncCode.run) == "timed out"


@pytest.mark.parametrize("number", [2, 200, pytest.param(1000, marks=pytest.mark.exhaustive)])
async def test_parked_calls_resume_in_the_order_they_parked(env: Env, number: int) -> None:
    async with env.worker(wf.ManyParked):
        handle = await env.start(wf.ManyParked.run, number)
        await handle.signal(wf.ManyParked.open)
        assert await env.result(handle) == list(range(number))
    assert step_threads() == []


async def test_slow_tool_is_named_before_the_deadlock_detector_speaks(
    env: Env, caplog: pytest.LogCaptureFixture
) -> None:
    env.model(lambda request: answer(request, ToolCall("crunch_numbers")))
    with caplog.at_level(logging.WARNING, "strands_temporal"):
        async with env.worker(wf.SlowTool):
            assert await env.execute(wf.SlowTool.run, 1.3) == "crunched"
    (first, *_) = [record.message for record in caplog.records if record.name == "strands_temporal"]
    assert "crunch_numbers" in first and "has held the workflow thread for 1 s" in first and "activity" in first


@pytest.mark.deadlock_detector
async def test_deadlock_detector_shows_the_users_frames(
    client: Client, task_queue: str, caplog: pytest.LogCaptureFixture
) -> None:
    env = Env(client, task_queue)
    env.model(lambda request: answer(request, ToolCall("crunch_numbers")))
    async with env.worker(wf.SlowTool):
        handle = await env.start(wf.SlowTool.run, 3.0)
        event = await env.until(handle, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
        await handle.terminate()
    failure = event.workflow_task_failed_event_attributes.failure
    assert "deadlock" in failure.message
    assert "crunch_numbers" in failure.stack_trace
    assert step_threads() == []


async def test_workflows_without_agents_are_as_they_were(env: Env) -> None:
    async with env.worker(wf.NoAgent, activities=[wf.shout]):
        assert await env.execute(wf.NoAgent.run) == "HI!"


def test_outside_a_workflow_strands_is_as_it_was() -> None:
    """Installing changes nothing for sync calls outside: their own thread and loop, exceptions as they are."""
    from strands._async import is_run_async_bridge, run_async

    StrandsPlugin()
    from strands_temporal._runtime import plain_agent, strands_async

    strands_async.install()
    strands_async.install()
    plain_agent.install()
    seen: list[Any] = []

    async def work() -> str:
        seen.extend([threading.current_thread() is threading.main_thread(), is_run_async_bridge()])
        await asyncio.sleep(0)
        return "done"

    async def fail() -> None:
        raise LookupError("outside")

    assert run_async(work) == "done"
    assert seen == [False, True]
    with pytest.raises(LookupError, match="outside"):
        run_async(fail)
