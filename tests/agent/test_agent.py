"""TemporalAgent: what it takes, what it refuses and how that ends, and what the server is asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from strands_temporal import TemporalAgent
from strands_temporal.testing import ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import activity_as_tool

from ..env import Env, EventType, of_type
from . import agent_workflows as wf

MISTAKES = {
    "model object": ["the NAME of a model", "StrandsPlugin(models={'my-model': lambda: ScriptedModel(...)})"],
    "empty model": ["name of a model", "''"],
    "model of another type": ["name of a model", "7"],
    "retry_strategy": ["retry_strategy", "retry_policy=RetryPolicy(...)"],
    "no metrics": ["max_metrics_invocations", "1 or more", "0"],
    "number as timeout": ["start_to_close_timeout", "timedelta(seconds=60)", "int"],
    "zero timeout": ["heartbeat_timeout", "longer than zero"],
    "retry policy of another type": ["retry_policy", "RetryPolicy", "3"],
    "unknown keyword": ["no_such_option"],
    "tool without defn": ["@activity.defn", "@tool"],
    "tool with a wrong option": ["activity_as_tool", "start_to_close_timeout", "timedelta(seconds=60)"],
    "tool with an unknown option": ["activity_as_tool", "'timeout'", "start_to_close_timeout"],
}


@pytest.mark.parametrize("where", ["init", "run"])
@pytest.mark.parametrize("mistake", MISTAKES)
async def test_mistakes_end_the_workflow_at_once(client: Client, task_queue: str, mistake: str, where: str) -> None:
    env = Env(client, task_queue)
    env.model(["hi"])
    async with env.worker(wf.Mistake):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Mistake.run, mistake, where)
    await env.check_ended_at_once()
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.non_retryable
    for words in MISTAKES[mistake]:
        assert words in cause.message
    await env.check_histories()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_the_builtin_errors_too(mistake: str) -> None:
    with pytest.raises(TypeError if mistake == "unknown keyword" else ValueError):
        wf.MISTAKES[mistake]()


@pytest.mark.parametrize("method", ["take_snapshot", "load_snapshot"])
async def test_snapshots_name_what_to_use(env: Env, method: str) -> None:
    env.model(["hi"])
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(wf.Snapshots, method)
    assert method in str(failure.value.cause) and "TemporalAgent(messages=...)" in str(failure.value.cause)
    with pytest.raises(NotImplementedError):
        getattr(TemporalAgent("scripted"), method)(None)


async def test_strands_own_snapshots_work(env: Env) -> None:
    def script(request: ScriptedRequest) -> Step:
        if request.tool_results:
            return request.tool_result().strip()
        tools = [spec["name"] for spec in request.tool_specs]
        return ToolCall("inner", {"input": "ask"}) if "inner" in tools else ToolCall("ask_first")

    env.model(script)
    assert await env.run(wf.SubAgentAsks) == ["may I?", "approved: yes"]


async def test_positional_arguments_and_keywords_reach_strands(env: Env) -> None:
    model = env.model(lambda request: f"reply {request.turn}")
    result, number, heard = await env.run(wf.PassesEverything)
    assert (result, number, heard) == ("reply 1", 1, "reply 1")
    request = model.requests[0]
    assert request.system_prompt == "be brief"
    assert [message["content"][0]["text"] for message in request.messages] == ["earlier", "yes", "now"]
    assert [spec["name"] for spec in request.tool_specs] == ["count"]


async def scheduled(env: Env, workflow: Any, activities: Any = ()) -> dict[str, Any]:
    async with env.worker(workflow, activities=activities):
        handle = await env.start(workflow.run)
        await env.result(handle)
    events = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    return {event.activity_task_scheduled_event_attributes.activity_type.name: event for event in events}


def seconds(*durations: Any) -> list[float]:
    return [each.ToTimedelta() / timedelta(seconds=1) for each in durations]


def limits(event: Any) -> list[float]:
    attributes = event.activity_task_scheduled_event_attributes
    return seconds(
        attributes.schedule_to_close_timeout,
        attributes.schedule_to_start_timeout,
        attributes.start_to_close_timeout,
        attributes.heartbeat_timeout,
    )


async def test_every_option_reaches_the_model_activity(env: Env) -> None:
    env.model(lambda request: "ok")
    event = (await scheduled(env, wf.PassesEverything))["invoke_model"]
    # The server caps the others at the schedule-to-close timeout.
    assert limits(event) == [61, 61, 61, 61]
    attributes = event.activity_task_scheduled_event_attributes
    assert attributes.retry_policy.maximum_attempts == 7
    assert attributes.priority.priority_key == 4
    assert event.user_metadata.summary.data == b'"asking the model"'


@pytest.mark.uncached
async def test_every_option_reaches_the_tool_activity(env: Env) -> None:
    env.model([ToolCall("twice", {"text": "a"}), "done"])
    event = (await scheduled(env, wf.ToolOptions, [wf.twice]))["twice"]
    assert limits(event) == [61, 61, 61, 61]
    attributes = event.activity_task_scheduled_event_attributes
    assert attributes.activity_id == "my-own-id"
    assert attributes.retry_policy.maximum_attempts == 7
    assert "Mine" in attributes.retry_policy.non_retryable_error_types
    assert attributes.priority.priority_key == 4
    assert event.user_metadata.summary.data == b'"saying it twice"'


async def test_defaults_have_limits(env: Env) -> None:
    env.model([ToolCall("twice", {"text": "a"}), "done"])
    events = await scheduled(env, wf.Defaults, [wf.twice])
    assert limits(events["invoke_model"])[2:] == [600, 30]
    assert limits(events["twice"])[2:] == [600, 0]


async def test_default_printing_is_silent_on_replay(env: Env, capsys: pytest.CaptureFixture[str]) -> None:
    env.model(lambda request: f"<reply {request.turn}>")
    async with env.worker(wf.Prints):
        handle = await env.start(wf.Prints.run)
        await env.result(handle)
    await env.replay(await handle.fetch_history(), cut=False)
    printed = capsys.readouterr().out
    assert printed.count("<reply 0>") == 1 and printed.count("<reply 1>") == 1


async def test_an_error_in_a_hook_fails_the_workflow_and_can_be_caught(env: Env) -> None:
    env.model(["hi"])
    assert await env.run(wf.RaisesInHook, "caught") == "caught the hook is broken"
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(wf.RaisesInHook, "uncaught")
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == "LookupError"
    assert cause.message == "Agent 'hooked': hook 'RaisesInHook.run.hook' on BeforeModelCallEvent: the hook is broken"


async def test_a_bad_prompt_fails_the_workflow(env: Env) -> None:
    env.model(["hi"])
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(wf.RaisesInHook, "bad prompt")
    assert "ValueError: Agent 'hooked': Input prompt must be" in str(failure.value.cause)


async def test_errors_of_users_own_code_stay_temporals(client: Client, task_queue: str) -> None:
    """A bug in workflow code fails the task, so that a fixed worker can go on: Temporal's rule, unchanged."""
    env = Env(client, task_queue)
    async with env.worker(wf.OwnError):
        handle = await env.start(wf.OwnError.run)
        await env.until(handle, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
        await handle.terminate()


def test_activities_that_cannot_be_tools() -> None:
    with pytest.raises(ValueError, match="dynamic activity"):
        activity_as_tool(wf.anything)
    with pytest.raises(ValueError, match="takes '\\*words"):
        activity_as_tool(wf.many)


async def test_a_worker_without_the_plugin_is_named_at_once(client: Client, task_queue: str) -> None:
    restrictions = SandboxRestrictions.default.with_passthrough_all_modules()
    env = Env(client, task_queue)
    async with env.worker(wf.Defaults, plugins=[], workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions)):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Defaults.run)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "MissingPluginError"
    assert "plugins=[StrandsPlugin(...)]" in cause.message


async def test_activities_that_a_worker_does_not_know(env: Env) -> None:
    """A model activity fails the workflow, a tool's is told to the model; neither is waited for, for ever."""
    env.model(lambda request: request.tool_result() if request.turn else ToolCall("twice", {"text": "a"}))
    other = f"{env.task_queue}-other"
    async with env.worker(wf.OtherQueue), Worker(env.client, task_queue=other, activities=[wf.unrelated]):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.OtherQueue.run, other, None)
        assert "invoke_model" in str(failure.value.cause)
        assert "not registered on this worker" in str(failure.value.cause)
        assert "not registered on this worker" in await env.execute(wf.OtherQueue.run, None, other)


def test_outside_of_a_workflow_it_says_so() -> None:
    with pytest.raises(NotImplementedError, match="'lost' is a TemporalAgent and was called outside of a workflow"):
        TemporalAgent("scripted", name="lost", callback_handler=None)("hi")
