"""Activities as hooks: what they are given, with which options, and what is refused when."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowFailureError, WorkflowHistory
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import Replayer

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import LIMIT, Env, EventType, of_type, scheduled_activities
from . import hook_activities as act
from . import hook_workflows as wf
from .official_workflow import OfficialHooks

ACTIVITIES = [
    act.keep_text,
    act.keep_model,
    act.keep_pair,
    act.keep_list,
    act.keep_maybe,
    act.keep_nothing,
    act.keep_result,
    act.keep_sync,
    act.Log().keep_method,
    act.fails,
    act.waits,
]


def script(request: ScriptedRequest) -> Step:
    if request.system_prompt == "fail":
        return RuntimeError("no such model")
    return request.tool_result() if request.tool_results else ToolCall("count_letters", {"word": "abc"})


async def run(env: Env, workflow: Any, *args: Any, limit: int | None = None) -> tuple[Any, Any]:
    """The result or failure of a run, and its handle."""
    plugin_options: Any = {"payload_limit": limit} if limit else {}
    model = env.model(script, **plugin_options)
    with ThreadPoolExecutor(2) as executor:
        async with env.worker(workflow, activities=ACTIVITIES, activity_executor=executor):
            handle = await env.start(workflow.run, *args)
            try:
                result = await env.result(handle)
            except WorkflowFailureError as failure:
                result = failure.cause
    assert model.requests
    return result, handle


TOOL_RESULT = {"toolUseId": "tooluse_0_0", "status": "success", "content": [{"text": "3"}]}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text", "count_letters"),
        ("model", act.Call(tool="count_letters", words=["a", "b"])),
        ("dataclass", act.Pair(1, {"nested": [TOOL_RESULT]})),
        ("list", ["x", "y"]),
        ("tuple", ["x", "y"]),
        ("result", ["AgentResult", "end_turn", ["count_letters"]]),
        ("none", None),
        ("nothing", "nothing"),
        ("sync and renamed", 7),
        ("method", "of a method"),
    ],
)
async def test_the_activity_gets_what_activity_input_returned(env: Env, kind: str, expected: Any) -> None:
    result, handle = await run(env, wf.HookInputs, kind)
    assert result == "3"
    assert act.KEPT[handle.id] == [expected]
    assert len(scheduled_activities(await handle.fetch_history())) == 3  # two model calls, and the hook


def seconds(attributes: Any) -> dict[str, float]:
    names = ["schedule_to_close", "schedule_to_start", "start_to_close", "heartbeat"]
    return {name: getattr(attributes, f"{name}_timeout").ToTimedelta() / timedelta(seconds=1) for name in names}


@pytest.mark.uncached
async def test_the_options_are_those_of_the_activity(env: Env) -> None:
    _, handle = await run(env, wf.HookOptions)
    events = {
        event.activity_task_scheduled_event_attributes.activity_type.name: event
        for event in of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    }
    full = events["keep_text"].activity_task_scheduled_event_attributes
    assert full.activity_id == "the-audit" and full.task_queue.name == env.task_queue
    assert seconds(full) == {
        "schedule_to_close": 50,
        "schedule_to_start": 40,
        "start_to_close": 30,
        "heartbeat": 20,
    }
    assert full.retry_policy.maximum_attempts == 3 and full.priority.priority_key == 2
    assert json.loads(events["keep_text"].user_metadata.summary.data) == "Audit"
    default = events["keep_maybe"].activity_task_scheduled_event_attributes
    assert seconds(default)["start_to_close"] == 600 and default.retry_policy.maximum_attempts == 0
    assert "NotFoundError" in default.retry_policy.non_retryable_error_types


MISTAKES = {
    "no activity": ["@activity.defn", "not_an_activity", "plain function as the callback"],
    "no function": ["@activity.defn", "keep_text"],
    "dynamic activity": ["dynamic activity"],
    "two arguments": ["activity_as_hook(two_arguments)", "first, second", "dataclass or pydantic model"],
    "no activity_input": ["activity_as_hook(", "missing a required", "activity_input"],
    "positional activity_input": ["activity_as_hook(", "too many positional", "activity_fn, activity_input, **options"],
    "activity_input is a value": ["function of the event", "'x'", "lambda event"],
    "activity_input is async": ["async function", "plain one"],
    "activity_input without parameter": ["one argument, the event", "lambda event"],
    "no event type": ["TemporalAgent(...) cannot be made", "cannot infer event type"],
    "unknown option": ["activity_as_hook", "'timeout'", "start_to_close_timeout"],
    "wrong option": ["activity_as_hook", "start_to_close_timeout", "timedelta(seconds=60)"],
}


@pytest.mark.parametrize("where", ["init", "run"])
@pytest.mark.parametrize("mistake", MISTAKES)
async def test_mistakes_end_the_workflow_when_the_hook_is_made(
    client: Client, task_queue: str, mistake: str, where: str
) -> None:
    env = Env(client, task_queue)
    async with env.worker(wf.HookMistake):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.HookMistake.run, mistake, where)
    await env.check_ended_at_once()
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.non_retryable
    for words in MISTAKES[mistake]:
        assert words in cause.message
    await env.check_histories()


INPUT_MISTAKES = {
    "event": ["AfterToolCallEvent itself", "activity_input=lambda event: event.tool_use['name']"],
    "event in a list": ["AfterToolCallEvent in [1]", "Return the values"],
    "event in a dataclass": ["AfterToolCallEvent in .second", "Return the values"],
    "agent in a dict": ["TemporalAgent in ['who']", "Return the values"],
    "tool": ["DecoratedFunctionTool itself", "Return the values"],
    "invocation_state": ["TemporalAgent in ['agent']", "Return the values"],
    "unknown object": ["cannot be recorded", "object", "a dataclass or a pydantic model"],
    "object beside bytes": ["cannot be recorded", "builtins.object cannot be written"],
    "what holds itself": ["cannot be recorded", "Circular reference"],
    "error in activity_input": ["KeyError", "no such key"],
}


@pytest.mark.parametrize("mistake", INPUT_MISTAKES)
async def test_input_that_cannot_leave_the_workflow_fails_it(env: Env, mistake: str) -> None:
    failure, handle = await run(env, wf.HookInputMistake, mistake)
    assert isinstance(failure, ApplicationError), failure
    # The class of the agent and the tool are those of the sandbox, with the same names.
    for words in ["Agent 'audited'", "activity_as_hook(renamed)", "AfterToolCallEvent", *INPUT_MISTAKES[mistake]]:
        assert words in str(failure), failure
    assert "renamed" not in scheduled_activities(await handle.fetch_history())


async def test_a_value_for_an_activity_without_parameter_is_refused(env: Env) -> None:
    model = env.model(script)
    async with env.worker(wf.ValueForNoParameter, activities=[act.keep_nothing]):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.ValueForNoParameter.run)
    assert "takes no argument" in str(failure.value.cause) and "return None" in str(failure.value.cause)
    assert not model.requests


async def test_input_that_is_too_large_fails_the_workflow_and_is_not_recorded(env: Env) -> None:
    failure, handle = await run(env, wf.HookInputMistake, "too large", limit=50_000)
    assert isinstance(failure, ApplicationError) and failure.type == "PayloadSizeError"
    for words in ["activity_as_hook(renamed)", "100,0", "50,000", "activity_input return less"]:
        assert words in failure.message, failure.message
    assert len((await handle.fetch_history()).to_json()) < 50_000
    assert handle.id not in act.KEPT


async def test_cancelling_the_workflow_cancels_the_activity_of_a_hook(env: Env) -> None:
    env.model(script)
    options: Any = {
        "max_heartbeat_throttle_interval": timedelta(milliseconds=50),
        "default_heartbeat_throttle_interval": timedelta(milliseconds=50),
    }
    async with env.worker(wf.WaitsInAHook, activities=[act.waits], **options):
        handle = await env.start(wf.WaitsInAHook.run)
        await asyncio.to_thread(act.STARTED.setdefault(handle.id, threading.Event()).wait, LIMIT)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
    assert isinstance(failure.value.cause, CancelledError)
    history = await handle.fetch_history()
    assert of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED)
    assert of_type(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED)
    assert scheduled_activities(history) == ["invoke_model", "waits"]


async def test_a_run_with_hooks_that_began_under_the_official_plugin_goes_on() -> None:
    text = (Path(__file__).parents[1] / "migration/histories/hooks/every_event.json").read_text()
    replayer = Replayer(workflows=[OfficialHooks], plugins=[StrandsPlugin()])
    history = WorkflowHistory.from_json("official-hooks", text)
    assert scheduled_activities(history).count("persist") == 15
    await replayer.replay_workflow(history)
    with pytest.raises(Exception, match="Nondeterminism"):
        await replayer.replay_workflow(WorkflowHistory.from_json("other", text.replace('"persist"', '"other"')))
