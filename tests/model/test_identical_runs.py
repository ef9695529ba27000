"""Two runs of the same conversation ask for the same steps, byte by byte: nothing of a run gets into its requests."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env, EventType, of_type
from . import crossing_workflows as wf


def script(request: ScriptedRequest) -> Step:
    """Each invocation uses tools once; the last one's output has to be asked for."""
    if request.tool_choice:
        return ToolCall("Person", {"name": "Ann", "age": 7})
    if request.tool_results:
        return "done"
    return ["looking", ToolCall("count", {"word": "größe"}), ToolCall("weather", {"city": "Rome"}), ToolCall("look")]


async def asked_for(env: Env) -> list[Any]:
    """What a run asks for, in its order: names and ids of activities, and their inputs as bytes."""
    handle = await env.start(wf.ThreeTurns.run)
    assert await env.result(handle) == "name='Ann' age=7"
    asked: list[Any] = []
    for event in of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED):
        scheduled = event.activity_task_scheduled_event_attributes
        data = [payload.data for payload in scheduled.input.payloads]
        assert not any(each.encode() in text for each in (handle.id, handle.result_run_id) for text in data)
        asked.append([scheduled.activity_type.name, scheduled.activity_id, data])
    return asked


@pytest.mark.uncached
async def test_the_inputs_of_activities_are_identical(env: Env) -> None:
    env.model(script)
    async with env.worker(wf.ThreeTurns, activities=[wf.weather]):
        one, other = await asyncio.gather(asked_for(env), asked_for(env))
    assert one == other
    names = [name for name, _, _ in one]
    assert (names.count("invoke_model"), names.count("weather")) == (7, 3)
