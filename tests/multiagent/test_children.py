"""Agents in workflows of their own: their callers see what they would see of an agent here, with histories apart."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

from strands_temporal.testing import Reply, ScriptedRequest, Step, ToolCall

from ..env import LIMIT, Env, EventType, of_type, scheduled_activities, texts, timers
from ..suite.processes import worker_process
from . import child_workflows as wf
from .child_worker import asking

CHILDREN = (wf.Helper, wf.Judge, wf.Middle)


async def child_histories(env: Env, history: Any) -> list[Any]:
    """The histories of a workflow's children, each replayed."""
    found: list[Any] = []
    for event in of_type(history, EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED):
        started = event.child_workflow_execution_started_event_attributes.workflow_execution
        child = await env.client.get_workflow_handle(started.workflow_id).fetch_history()
        await env.replay(child)
        assert not timers(child)
        found.append(child)
    return found


@pytest.mark.parametrize("preserve_context", [False, True])
@pytest.mark.parametrize("sync", [False, True])
async def test_calls(env: Env, preserve_context: bool, sync: bool) -> None:
    def script(request: ScriptedRequest) -> Step:
        if request.system_prompt == "judge":
            return ToolCall("Verdict", {"good": True})
        if request.messages[-1]["content"][0].get("toolResult") is None:
            return ToolCall("who")
        said = [each["content"][0].get("text") for each in request.messages if each["role"] == "user"]
        return f"{[each for each in said if each]}: {request.tool_result()}"

    env.model(script)
    async with env.worker(wf.Calls, *CHILDREN):
        handle = await env.start(wf.Calls.run, preserve_context, sync)
        result = await env.result(handle)
    second = ["one", "two"] if preserve_context else ["two"]
    assert result == [["['one']: Ann in Helper", True], [f"{second}: Ann in Helper", True], True]
    history = await handle.fetch_history()
    assert not timers(history) and not scheduled_activities(history)
    children = await child_histories(env, history)
    assert [len(scheduled_activities(each)) for each in children] == [2, 2, 1]


async def test_a_graph_fans_out(env: Env) -> None:
    model = env.model(asking)
    async with env.worker(wf.InGraph, *CHILDREN):
        handle = await env.start(wf.InGraph.run, {"/graph": "yes"})
        result = await env.result(handle)
    assert result["results"] == {"left": "/graph yes", "right": "/graph yes", "last": "last"}
    assert {each["path"] for each in result["asked"]} == {"/graph"}
    assert "/graph yes" in str(next(each for each in model.requests if each.system_prompt == "last").messages)
    history = await handle.fetch_history()
    assert not timers(history) and scheduled_activities(history) == ["invoke_model"]
    assert len(await child_histories(env, history)) == 4  # each asks in one, and goes on in another


async def questions(handle: Any, number: int) -> list[Any]:
    for _ in range(int(LIMIT / 0.05)):
        asked = await handle.query("waits_for")
        if len(asked) == number:
            return asked
        await asyncio.sleep(0.05)
    raise AssertionError(f"not {number} questions")


def bossing(request: ScriptedRequest) -> Step:
    if request.system_prompt == "boss" and request.turn == 0:
        return [
            ToolCall("helper", {"input": "delete /a delete /b"}),
            ToolCall("helper", {"input": "delete /c"}),
            ToolCall("ask_middle", {"input": "delete /d"}),
        ]
    if request.system_prompt == "middle" and request.turn == 0:
        return ToolCall("helper", {"input": request.text})
    return asking(request)


@pytest.mark.uncached
async def test_what_agents_in_children_ask_reaches_the_parent(env: Env) -> None:
    """Two calls of one agent at once, and one three deep; the answers come under another worker, in two parts."""
    model = env.model(bossing)
    async with env.worker(wf.AsTool, *CHILDREN):
        handle = await env.start(wf.AsTool.run, "go")
        asked = await questions(handle, 4)
    by_path = {reason["path"]: id for id, reason in asked}
    assert sorted(by_path) == ["/a", "/b", "/c", "/d"] and len(set(by_path.values())) == 4
    async with env.worker(wf.AsTool, *CHILDREN):
        await handle.signal("answer", [[by_path[path], f"is {path}"] for path in ("/a", "/d")])
        asked = await questions(handle, 2)
    assert sorted(reason["path"] for _, reason in asked) == ["/b", "/c"]
    async with env.worker(wf.AsTool, *CHILDREN):
        await handle.signal("answer", [[id, f"is {reason['path']}"] for id, reason in asked])
        assert await env.result(handle)
    (seen,) = [each.tool_results for each in model.requests if each.system_prompt == "boss" and each.turn == 1]
    seen = sorted(seen, key=lambda each: each["toolUseId"])
    assert [each.strip() for each in texts(seen)] == ["/a is /a | /b is /b", "/c is /c", "/d is /d"]
    history = await handle.fetch_history()
    assert not timers(history)
    await child_histories(env, history)


async def test_a_denial_reaches_the_child(env: Env) -> None:
    def script(request: ScriptedRequest) -> Step:
        return request.tool_result() if request.turn else ToolCall("delete_file", {"path": "/a"})

    env.model(script)
    async with env.worker(wf.Denies, wf.ApprovedHelper):
        assert "not today" in await env.execute(wf.Denies.run)


async def test_a_killed_workers_children_go_on(env: Env, tmp_path: Path) -> None:
    """Both children's models are in the middle of their first reply."""
    gate = tmp_path / "gate"
    env.replays(wf.InGraph, *CHILDREN)
    async with worker_process(env, "tests.multiagent.child_worker", gate) as victim:
        handle = await env.start(wf.InGraph.run, {"/graph": "yes"})
        started = await env.until(handle, EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED)
        id = started.child_workflow_execution_started_event_attributes.workflow_execution.workflow_id
        child = env.client.get_workflow_handle(id)
        await env.until(child, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
        victim.kill()
        await victim.wait()
    gate.touch()
    async with worker_process(env, "tests.multiagent.child_worker", gate):
        result = await env.result(handle)
    assert result["results"] == {"left": "/graph yes", "right": "/graph yes", "last": "last"}
    history = await handle.fetch_history()
    assert not timers(history) and len(await child_histories(env, history)) == 4


async def test_a_child_that_fails_is_an_error_for_the_model_or_fails_the_workflow(env: Env) -> None:
    def script(request: ScriptedRequest) -> Step:
        if request.system_prompt == "boss":
            return request.tool_result() if request.turn else ToolCall("helper", {"input": "x"})
        raise ValueError("no such model")

    env.model(script)
    async with env.worker(wf.AsTool, wf.Calls, *CHILDREN):
        told = await env.execute(wf.AsTool.run, "go")
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Calls.run, False, False)
    assert told.startswith("Agent error: Agent 'helper': no such model")
    assert "no such model" in str(failure.value.cause.cause)  # type: ignore[union-attr]


async def test_cancelling_reaches_the_child(env: Env) -> None:
    """The child's model is in the middle of its reply."""

    def slow(request: ScriptedRequest) -> Step:
        return Reply(["never"], delay=600) if request.system_prompt == "helper" else ToolCall("helper", {"input": "x"})

    env.model(slow)
    async with env.worker(wf.AsTool, *CHILDREN):
        handle = await env.start(wf.AsTool.run, "go")
        started = await env.until(handle, EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED)
        id = started.child_workflow_execution_started_event_attributes.workflow_execution.workflow_id
        child = env.client.get_workflow_handle(id)
        await env.until(child, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await env.result(handle)
    for each in (handle, child):
        assert (await each.describe()).status == WorkflowExecutionStatus.CANCELED


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("swarm", "a node of a Swarm must be a TemporalAgent, which may have it as a tool"),
        ("structured", "structured_output_model cannot go. Set it on the TemporalAgent in that workflow"),
        ("prompt", "cannot be recorded"),
        ("signature", "must take one AgentCall and return AgentReply"),
        ("name", "takes the agent's name, not ''"),
        ("messages", "so its messages is not here"),
        ("cron", "unknown option 'cron_schedule'"),
    ],
)
async def test_what_is_refused(env: Env, kind: str, words: str) -> None:
    env.model([])
    said = await env.run(wf.MakesChildren, kind)
    assert words in said, said
