"""What graphs and nested agents can do beside: nodes of every kind, questions of hooks, resuming, sync calls inside."""

from __future__ import annotations

from typing import Any

import pytest

from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env, scheduled_activities, swarm_timers, texts, timers
from . import more_workflows as wf
from .test_children import questions
from .test_graph import told


async def question(handle: Any, number: int = 1) -> Any:
    return (await questions(handle, number))[-1]


@pytest.mark.parametrize("sync", [False, True])
async def test_nodes_of_every_kind_and_a_hook_that_asks(env: Env, sync: bool) -> None:
    """The hook asks under one worker, and is answered under another."""

    def script(request: ScriptedRequest) -> Step:
        if told(request) == "ann" and not request.turn:
            return ToolCall("handoff_to_agent", {"agent_name": "bob", "message": "your turn"})
        return f"{told(request)} done"

    env.model(script)
    async with env.worker(wf.EveryNode, activities=[wf.measure]):
        handle = await env.start(wf.EveryNode.run, sync)
        assert await question(handle) == "last"
    async with env.worker(wf.EveryNode, activities=[wf.measure]):
        await handle.signal("answer", "yes")
        result = await env.result(handle)
    assert result == {
        "order": ["count", "team", "last"],
        "last": "last done",
        "ran": ["count", "team", "last"],
        "counted": 3,
        "saved": "completed",
        "written": ["count", "last", "team"],
    }
    history = await handle.fetch_history()
    assert scheduled_activities(history)[0] == "measure"
    assert len(timers(history)) == swarm_timers(nodes=2)


async def test_a_graph_goes_on_after_a_failure(env: Env) -> None:
    model = env.model(["first done"])
    async with env.worker(wf.ResumesAfterFailure, activities=[wf.through_json]):
        result = await env.execute(wf.ResumesAfterFailure.run)
    assert result[:2] == ["not yet", ["first", "second"]]
    assert result[2]["first"] == "first done" and "second after" in result[2]["second"]
    assert len({str(each.messages) for each in model.requests}) == 1  # the first node ran once


async def test_sync_calls_in_tasks_of_strands(env: Env) -> None:
    def script(request: ScriptedRequest) -> Step:
        if told(request) == "adviser":
            return "the second"
        if told(request).endswith("-inner"):
            return f"{told(request)} says {request.text}"
        if request.turn:
            return f"{told(request)}: {request.tool_result()}"
        return ToolCall("ask", {"question": "why"})

    env.model(script)
    async with env.worker(wf.SyncInTasks, activities=[wf.measure]):
        handle = await env.start(wf.SyncInTasks.run)
        result = await env.result(handle)
    assert result == {"a": "None: a-inner says why and 3", "b": "the second: b-inner says why and 3"}
    history = await handle.fetch_history()
    assert not timers(history) and scheduled_activities(history).count("measure") == 2


@pytest.mark.uncached
async def test_questions_three_deep(env: Env) -> None:
    """The user is asked twice, each time under another worker than the one that gets the answer."""
    below = {"outer": "middle", "middle": "inner"}

    def script(request: ScriptedRequest) -> Step:
        name = told(request)
        if name in below and not request.turn:
            return ToolCall(below[name], {"input": "go"})
        if name == "inner" and request.turn < 2:
            return ToolCall("handoff_to_user", {"message": f"question {request.turn}"}, id=f"ask-{request.turn}")
        return f"{name} got {' '.join(texts(request.tool_results)).strip()}"

    env.model(script)
    async with env.worker(wf.DeepQuestions):
        handle = await env.start(wf.DeepQuestions.run)
        assert await question(handle) == "question 0"
    async with env.worker(wf.DeepQuestions):
        await handle.signal("answer", "one")
        assert await question(handle, 2) == "question 1"
    async with env.worker(wf.DeepQuestions):
        await handle.signal("answer", "two")
        assert await env.result(handle) == "outer got middle got inner got two"
    assert not timers(await handle.fetch_history())
