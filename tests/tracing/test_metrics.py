"""Metrics: an agent in a workflow counts what an agent outside counts, once, however often it is replayed."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from strands import Agent, tool
from temporalio.worker import Replayer

from strands_temporal.testing import ScriptedModel

from ..env import Env
from . import tracing_workflows as wf


@tool
def tell(text: str) -> str:
    """Tell a text."""
    return text


def counted(reader: InMemoryMetricReader) -> dict[str, float]:
    """Of counters the sum, of histograms the number of values and, for tokens, their sum."""
    data: Any = reader.get_metrics_data()
    found: dict[str, float] = {}
    for resource in data.resource_metrics if data else ():
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.data.data_points:
                    values = {metric.name: point.value} if hasattr(point, "value") else {}
                    if not values:
                        values = {f"{metric.name} count": point.count}
                        if "token" in metric.name and "time" not in metric.name:
                            values[f"{metric.name} sum"] = point.sum
                    for name, value in values.items():
                        found[name] = found.get(name, 0) + value
    return found


async def outside(reader: InMemoryMetricReader) -> tuple[dict[str, float], Any]:
    """What two invocations of a plain agent outside of workflows count."""
    before = counted(reader)
    agent = Agent(
        model=ScriptedModel(wf.traced_script),
        name="tracer",
        tools=[wf.add, wf.fail, tell],
        system_prompt="Be brief.",
        callback_handler=None,
    )
    await agent.invoke_async("first")
    result = await agent.invoke_async("second")
    after = counted(reader)
    return {name: value - before.get(name, 0) for name, value in after.items()}, result.metrics


async def test_counted_once(env: Env, metric_reader: InMemoryMetricReader) -> None:
    expected, metrics = await outside(metric_reader)
    assert expected["strands.event_loop.cycle_count"] == 4 and expected["strands.tool.call_count"] == 6
    assert expected["strands.event_loop.input.tokens sum"] > 0
    before = counted(metric_reader)
    env.model(wf.traced_script)
    async with env.worker(wf.Traced, activities=[wf.tell]):
        handle = await env.start(wf.Traced.run)
        summary = await env.result(handle)
    history = await handle.fetch_history()
    await Replayer(workflows=[wf.Traced], plugins=[env.plugin]).replay_workflow(history)
    after = counted(metric_reader)
    found = {name: value - before.get(name, 0) for name, value in after.items()}
    found.pop("strands.model.time_to_first_token count", None)  # of a model that answers at once there may be none
    expected.pop("strands.model.time_to_first_token count", None)
    assert found == expected
    assert summary["accumulated_usage"] == metrics.accumulated_usage
    assert [each["usage"] for each in summary["agent_invocations"]] == [
        each.usage for each in metrics.agent_invocations
    ]
    assert summary["total_cycles"] == metrics.cycle_count == 4


@pytest.mark.uncached
async def test_durations_are_the_same_in_a_replay(env: Env) -> None:
    """They are the workflow's time: what waits for an activity takes as long as that, in every process."""
    env.model(wf.traced_script)
    async with env.worker(wf.Traced, activities=[wf.tell]):
        handle = await env.start(wf.Traced.run)
        summary = await env.result(handle)
    assert summary["total_duration"] > 0
    assert summary["tools"]["tell"] > 0 and summary["tools"]["add"] == 0
    async with env.worker(wf.Traced, activities=[wf.tell]):  # has to replay
        assert await handle.query(wf.Traced.metrics) == summary
