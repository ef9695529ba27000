"""An exception in a hook, callback or activity, fails the workflow, and its words name the hook and the event."""

from __future__ import annotations

from typing import Any

import pytest
from strands import Agent
from strands.hooks import AfterToolCallEvent
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError

from strands_temporal.testing import ScriptedModel

from ..env import Env, scheduled_activities
from . import failing_workflows as wf
from . import hook_activities as act
from .event_workflows import EVENTS
from .test_activity_hook import run, script
from .test_events import ONLY_IN_BIDIRECTIONAL_AGENTS

FIRED = [event.__name__ for event in EVENTS if event.__name__ not in ONLY_IN_BIDIRECTIONAL_AGENTS]
AWAITED = [name for name in FIRED if name != "AgentInitializedEvent"]
FAILURES = {
    "application error": ("AuditClosed", "the audit is closed", 1),
    "value error": ("ValueError", "the audit is broken", 1),
    "5 attempts": ("ValueError", "the audit is broken", 5),
    "time-out": ("TimeoutError", "longer than start_to_close_timeout", 1),
    "not registered": ("NotFoundError", "nobody_registers_this", 0),
}


@pytest.mark.parametrize("kind", FAILURES)
async def test_a_failed_activity_fails_the_workflow(env: Env, kind: str) -> None:
    failure, handle = await run(env, wf.FailingActivityHook, kind, "BeforeToolCallEvent")
    error_type, words, attempts = FAILURES[kind]
    name = "nobody_registers_this" if kind == "not registered" else "fails"
    assert isinstance(failure, ApplicationError) and failure.type == error_type and failure.non_retryable
    expected = f"Agent 'audited': hook 'activity_as_hook({name})' on BeforeToolCallEvent: "
    assert failure.message.startswith(expected) and words in failure.message
    assert list(failure.details) == ([{"code": 7}] if kind == "application error" else [])
    assert isinstance(failure.cause, ActivityError)
    assert scheduled_activities(await handle.fetch_history()) == ["invoke_model", name]
    assert act.KEPT.get(handle.id, []) == list(range(1, attempts + 1))


@pytest.mark.parametrize("event_type", AWAITED)
async def test_a_failed_activity_fails_the_workflow_at_every_event(env: Env, event_type: str) -> None:
    env.model(script)
    async with env.worker(wf.FailingActivityHook, activities=[act.fails]):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.FailingActivityHook.run, "application error", event_type)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == "AuditClosed"
    assert cause.message == f"Agent 'audited': hook 'activity_as_hook(fails)' on {event_type}: the audit is closed"


@pytest.mark.parametrize("as_coroutine", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("event_type", AWAITED)
async def test_a_failed_callback_fails_the_workflow(env: Env, event_type: str, as_coroutine: bool) -> None:
    env.model(script)
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(wf.FailingCallback, event_type, as_coroutine)
    cause = failure.value.cause
    method = "record_async" if as_coroutine else "record"
    assert isinstance(cause, ApplicationError) and cause.type == "Broken" and cause.non_retryable
    assert cause.message == f"Agent 'audited': hook 'Audit.{method}' on {event_type}: no {event_type}"


async def test_a_callback_that_fails_while_the_agent_is_made_fails_the_workflow(env: Env) -> None:
    env.model(script)
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(wf.FailsWhileMade)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == "Broken"
    assert cause.message == (
        "TemporalAgent(...) cannot be made: hook 'Audit.record' on AgentInitializedEvent: no AgentInitializedEvent"
    )


async def test_a_hook_is_named_in_a_sync_call_too(env: Env) -> None:
    env.model(script)
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(wf.FailsInASyncCall)
    assert "Broken: Agent 'audited': hook 'Audit.record_async' on AfterToolCallEvent: no" in str(failure.value.cause)


async def test_a_failure_can_be_caught_as_what_it_is(env: Env) -> None:
    env.model(script)
    assert await env.run(wf.CatchesItsHook) == ["no BeforeInvocationEvent"]


async def test_the_hook_of_an_outer_agent_is_named_where_an_inner_agent_fails(env: Env) -> None:
    env.model(script)
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(wf.HookOfAHook)
    message = str(failure.value.cause)
    assert message.startswith("RuntimeError: Agent 'outer': hook 'HookOfAHook.run.ask_inner' on BeforeToolCallEvent: ")
    assert "Agent 'inner': no such model" in message and message.count("RuntimeError") == 1


@pytest.mark.uncached
async def test_a_callback_that_fails_once_after_a_tool_makes_its_result_an_error_as_outside(env: Env) -> None:
    """Strands fires the event again with the error; if that passes, the model reads it and the agent goes on."""
    model = env.model(script)
    answer = await env.run(wf.FailsOnce)
    failed: list[Any] = []

    def once(event: AfterToolCallEvent) -> None:
        if not failed:
            failed.append(event)
            raise wf.Broken("once")

    outside = ScriptedModel(script)
    agent = Agent(outside, callback_handler=None, tools=[act.count_letters])
    agent.add_hook(once, AfterToolCallEvent)
    assert answer == str(await agent.invoke_async("go")).strip() == "Error: once"
    assert [request.tool_results for request in model.requests] == [each.tool_results for each in outside.requests]
