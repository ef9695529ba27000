"""Metrics that keep the details of the latest invocations: all sums are those of Strands."""

from __future__ import annotations

from typing import Any

import pytest
from strands import Agent, tool

from strands_temporal._runtime.bounded_metrics import bound_metrics
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

WHOLE = ("total_cycles", "tool_usage", "accumulated_usage", "accumulated_metrics")


@tool
def add(a: int) -> int:
    """Add one."""
    return a + 1


def script(request: ScriptedRequest) -> Step:
    return "done" if request.tool_results else ToolCall("add", {"a": request.turn})


async def chat(bound: int | None, *, before: int = 0, turns: int = 7) -> tuple[Agent, list[Any]]:
    agent = Agent(model=ScriptedModel(script), tools=[add], callback_handler=None)
    for turn in range(before):
        await agent.invoke_async(f"before {turn}")
    if bound is not None:
        bound_metrics(agent, bound)
    return agent, [await agent.invoke_async(f"turn {turn}") for turn in range(turns)]


def summary(agent: Agent) -> Any:
    whole = agent.event_loop_metrics.get_summary()
    for each in whole["tool_usage"].values():
        del each["execution_stats"]["total_time"], each["execution_stats"]["average_time"]
    return {name: whole[name] for name in WHOLE}


@pytest.mark.parametrize(("bound", "before"), [(1, 0), (3, 0), (2, 4), (100, 2)])
async def test_sums_are_complete_and_details_are_the_latest(bound: int, before: int) -> None:
    bounded, results = await chat(bound, before=before)
    unbounded, _ = await chat(None, turns=before)
    unbounded, _ = await chat(None, turns=7 + before)
    metrics, whole = bounded.event_loop_metrics, unbounded.event_loop_metrics
    assert summary(bounded)["accumulated_usage"]["totalTokens"] > 0
    names = ("total_cycles", "accumulated_metrics") if before else WHOLE  # prompts differ with `before`
    assert {name: summary(bounded)[name] for name in names} == {name: summary(unbounded)[name] for name in names}
    assert len(metrics.cycle_durations) == len(whole.cycle_durations) == metrics.cycle_count == 2 * (7 + before)
    kept = min(bound, 7 + before)
    assert len(metrics.agent_invocations) == kept
    assert [len(each.cycles) for each in metrics.agent_invocations] == [2] * kept
    assert [trace.name for trace in metrics.traces] == [trace.name for trace in whole.traces[-2 * kept :]]
    assert results[-1].metrics is metrics
    assert metrics.latest_agent_invocation is metrics.agent_invocations[-1]
    assert str(results[-1]) == "done\n"


async def test_limits_count_the_running_invocation() -> None:
    agent, _ = await chat(1, turns=3)
    result = await agent.invoke_async("more", limits={"turns": 1})
    assert result.stop_reason == "limit_turns"
    assert len(agent.event_loop_metrics.agent_invocations[-1].cycles) == 1


async def test_all_that_was_there_is_still_there() -> None:
    agent, _ = await chat(None, turns=2)
    before = agent.event_loop_metrics.get_summary()
    bound_metrics(agent, 1)
    assert agent.event_loop_metrics.get_summary() == before


def test_less_than_one_is_refused() -> None:
    with pytest.raises(ValueError, match="1 invocation or more, not 0"):
        bound_metrics(Agent(model=ScriptedModel(["x"])), 0)
