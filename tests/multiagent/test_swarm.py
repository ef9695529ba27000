"""Swarms hand on, and agents call agents, with what their models see and without timers."""

from __future__ import annotations

from typing import Any

import pytest

from strands_temporal.testing import Reply, ScriptedRequest, Step, ToolCall

from ..env import Env, scheduled_activities, timers
from . import swarm_workflows as wf
from .test_graph import told

NAMES = ["planner", "builder", "tester"]


def hands_on(request: ScriptedRequest) -> Step:
    """Each calls its slow tool, then hands on to the next; the last one ends."""
    name = told(request)
    if not request.tool_results:
        return ToolCall("slow", {"word": name})
    result = request.tool_result()
    following = NAMES[NAMES.index(name) + 1 :]
    if result == f"slow {name}" and following:
        return ToolCall("handoff_to_agent", {"agent_name": following[0], "message": f"from {name}"})
    return f"{name} ends with {result}"


@pytest.mark.parametrize("sync", [False, True])
async def test_a_swarm_hands_on(env: Env, sync: bool) -> None:
    model = env.model(hands_on)
    async with env.worker(wf.Handoffs, activities=[wf.slow]):
        handle = await env.start(wf.Handoffs.run, NAMES, {}, sync)
        result = await env.result(handle)
    assert result["status"] == "completed" and result["order"] == NAMES
    assert result["texts"]["tester"] == "tester ends with slow tester"
    first = {told(each): each.text for each in reversed(model.requests) if each.turn == 0}
    assert "Handoff Message: from planner" in first["builder"]
    assert "Handoff Message: from builder" in first["tester"]
    handed = [each.tool_result() for each in model.requests if each.tool_results]
    assert not [text for text in handed if "NotImplementedError" in text]
    history = await handle.fetch_history()
    assert scheduled_activities(history).count("slow") == 3
    # One for each node's time-out, of five minutes by default, and one for that of the swarm.
    assert len(timers(history)) <= 4


async def test_an_agent_that_is_not_there(env: Env) -> None:
    def answers(request: ScriptedRequest) -> Step:
        if not request.tool_results:
            return ToolCall("handoff_to_agent", {"agent_name": "nobody", "message": "go"})
        return f"heard: {request.tool_result()}"

    env.model(answers)
    async with env.worker(wf.Handoffs, activities=[wf.slow]):
        result = await env.execute(wf.Handoffs.run, NAMES, {})
    assert result["texts"] == {"planner": "heard: Error: Agent 'nobody' not found in swarm"}


@pytest.mark.uncached
async def test_a_swarm_ends_by_its_limits(env: Env) -> None:
    def answers(request: ScriptedRequest) -> Step:
        if request.tool_results:
            return "handed on"
        other = next(name for name in NAMES if name != told(request))
        return ToolCall("handoff_to_agent", {"agent_name": other, "message": "yours"})

    env.model(answers)
    async with env.worker(wf.Handoffs, activities=[wf.slow]):
        result = await env.execute(wf.Handoffs.run, NAMES, {"max_handoffs": 4})
    assert result["status"] == "failed" and len(result["order"]) == 4


async def test_the_time_of_a_swarm_is_the_workflows(env: Env) -> None:
    def answers(request: ScriptedRequest) -> Step:
        other = next(name for name in NAMES if name != told(request))
        call = ToolCall("handoff_to_agent", {"agent_name": other, "message": "yours"})
        return "handed on" if request.tool_results else Reply([call], delay=0.4)

    env.model(answers)
    async with env.worker(wf.Handoffs, activities=[wf.slow]):
        result = await env.execute(wf.Handoffs.run, NAMES, {"execution_timeout": 1.0, "max_iterations": 100})
    assert result["status"] == "failed" and 1 <= len(result["order"]) <= 3


@pytest.mark.parametrize("plain", [False, True])
async def test_agents_in_agents_in_agents(env: Env, plain: bool) -> None:
    below = {"outer": "middle", "middle": "inner"}

    def answers(request: ScriptedRequest) -> Step:
        name = told(request)
        if request.tool_results:
            return f"{name} got {request.tool_result().strip()}"
        return (
            ToolCall(below[name], {"input": f"for {below[name]}"}) if name in below else ToolCall("slow", {"word": "w"})
        )

    model = env.model(answers)
    async with env.worker(wf.Nested, activities=[wf.slow]):
        handle = await env.start(wf.Nested.run, plain)
        assert await env.result(handle) == "outer got middle got inner got slow w"
    asked = {told(each): each.text for each in model.requests if each.turn == 0}
    assert asked == {"outer": "go", "middle": "for middle", "inner": "for inner"}
    assert not timers(await handle.fetch_history())


@pytest.mark.filterwarnings("ignore:context_window_limit is not set")
async def test_a_subagent_that_is_made_at_run_time(env: Env) -> None:
    def answers(request: ScriptedRequest) -> Step:
        if told(request) == "outer":
            if request.tool_results:
                return f"outer got {request.tool_result().strip()}"
            return ToolCall("subagent", {"task": "find it"})
        return f"found {request.tool_result()}" if request.tool_results else ToolCall("slow", {"word": request.text})

    model = env.model(answers)
    async with env.worker(wf.Delegates, activities=[wf.slow]):
        handle = await env.start(wf.Delegates.run)
        result: Any = await env.result(handle)
    assert result == "outer got found slow find it", [each.system_prompt for each in model.requests]
    assert not timers(await handle.fetch_history())
