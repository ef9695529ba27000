"""Every event of a single agent fires in a workflow as outside of it, and what callbacks may write has its effect."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from strands import Agent
from strands.hooks import AgentInitializedEvent, HookEvent

from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, EventType, of_type, scheduled_activities
from . import event_workflows as wf

ONLY_IN_BIDIRECTIONAL_AGENTS = {"MessageUpdatedEvent"}
"""Events that an `Agent` never fires, in no process."""


def script(request: ScriptedRequest) -> Step:
    if request.tool_results:
        return f"It has {request.tool_result()} letters."
    return ["Let me see.", ToolCall("count_letters", {"word": "abc"})]


def fired(log: list[str]) -> set[str]:
    return {line.partition(" ")[2].partition("(")[0] for line in log if line.startswith("sync ")}


@pytest.mark.parametrize("with_activity", [False, True], ids=["callbacks", "with an activity"])
async def test_every_event_fires_as_it_does_outside_of_workflows(env: Env, with_activity: bool) -> None:
    env.model(script)
    async with env.worker(wf.RecordsEverything, activities=[wf.record]):
        handle = await env.start(wf.RecordsEverything.run, with_activity)
        log = await env.result(handle)
    # The same agent, in this process and without activities.
    assert log == await wf.record_everything(Agent, ScriptedModel(script), False)
    # A new event of a new Strands has to come to this test, or be named above with a reason.
    assert fired(log) == {event.__name__ for event in wf.EVENTS} - ONLY_IN_BIDIRECTIONAL_AGENTS
    assert log[0] == "sync AgentInitializedEvent()" and "add_hook" in log
    activities = [name for name in scheduled_activities(await handle.fetch_history()) if name == "record"]
    asynchronous = [line for line in log if line.startswith("async ")]
    assert len(activities) == (len(asynchronous) if with_activity else 0)


def writable(event_type: type[HookEvent]) -> set[str]:
    event = object.__new__(event_type)
    return {field.name for field in fields(event_type) if event._can_write(field.name)}


def snake(event_type: type[HookEvent]) -> str:
    name = event_type.__name__.removesuffix("Event")
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def test_every_field_that_may_be_written_is_written_below() -> None:
    fields = {f"{snake(event_type)}_{name}" for event_type in wf.EVENTS for name in writable(event_type)}
    assert fields == set(EFFECTS) == set(wf.callbacks(wf.Writes()))


ANSWER = "It has 3 letters."
CALLED = ["abc"]

# What the workflow got, the words that the tool was called with, and the last text or tool result the model saw.
EFFECTS: dict[str, tuple[str, list[str], list[str]]] = {
    "before_invocation_messages": (ANSWER, CALLED, ["[redacted]", "3"]),
    "before_invocation_cancel": ("not today", [], []),
    "after_invocation_resume": (ANSWER, CALLED * 2, ["How long is 'abc'?", "3", "and again, after end_turn", "3"]),
    "before_tools_cancel": ("It has no tools today letters.", [], ["How long is 'abc'?", "no tools today"]),
    "after_tools_end_turn": ("that is enough", CALLED, ["How long is 'abc'?"]),
    "before_tool_call_cancel_tool": ("It has denied letters.", [], ["How long is 'abc'?", "denied"]),
    "before_tool_call_selected_tool": ("It has ABC letters.", [], ["How long is 'abc'?", "ABC"]),
    "before_tool_call_tool_use": ("It has 7 letters.", ["abcdefg"], ["How long is 'abc'?", "7"]),
    "after_tool_call_result": ("It has seven, not 3 letters.", CALLED, ["How long is 'abc'?", "seven, not 3"]),
    "after_tool_call_retry": (ANSWER, CALLED * 3, ["How long is 'abc'?", "3"]),
    "before_model_call_cancel": ("said enough", CALLED, ["How long is 'abc'?"]),
    "after_model_call_retry": (ANSWER, CALLED, ["How long is 'abc'?"] * 2 + ["3"]),
}


def seen(request: ScriptedRequest) -> str:
    return request.tool_result() if request.tool_results else request.text


@pytest.mark.parametrize("as_coroutine", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("name", EFFECTS)
async def test_what_a_callback_writes_has_its_effect(env: Env, name: str, as_coroutine: bool) -> None:
    model = env.model(script)
    answer, called, expected = EFFECTS[name]
    assert await env.run(wf.WritesOneField, name, as_coroutine) == [answer, called]
    assert [seen(request) for request in model.requests] == expected


def test_an_event_that_is_fired_while_an_agent_is_made_takes_no_coroutines() -> None:
    """Strands' own rule, which activity hooks are under."""
    registry: Any = Agent(ScriptedModel([]), callback_handler=None).hooks
    hook = wf.activity_as_hook(wf.record, activity_input=lambda event: None)
    with pytest.raises(ValueError, match="synchronous callback"):
        registry.add_callback(AgentInitializedEvent, hook)


@pytest.mark.uncached
async def test_the_agent_waits_for_each_activity_hook(env: Env) -> None:
    """What was recorded, was recorded in the order of the events, and nothing else ran beside it."""
    env.model(script)
    async with env.worker(wf.RecordsEverything, activities=[wf.record]):
        handle = await env.start(wf.RecordsEverything.run, True)
        log = await env.result(handle)
    history = await handle.fetch_history()
    running, recorded = 0, list[str]()
    for event in of_type(
        history, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
    ):
        started = event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
        running += 1 if started else -1
        assert running in (0, 1)
        attributes = event.activity_task_scheduled_event_attributes
        if started and attributes.activity_type.name == "record":
            seen = json.loads(attributes.input.payloads[0].data)
            recorded.append(f"{seen['event']}({seen['what']})")
    assert recorded == [line.removeprefix("async ") for line in log if line.startswith("async ")]
