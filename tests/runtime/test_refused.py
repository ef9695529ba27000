"""Calls of agents where they cannot work: an error at once, with the line to write instead."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from ..env import Env
from . import refused_workflows as wf
from . import sync_workflows
from .test_sync_bridge import answer, step_threads


@pytest.mark.parametrize("query", ["ask", "ask_async", "ask_strands"])
async def test_query_that_calls_an_agent_gets_a_clear_error(env: Env, query: str) -> None:
    model = env.model(answer)
    async with env.worker(wf.AsksInQuery):
        handle = await env.start(wf.AsksInQuery.run)
        with pytest.raises(WorkflowQueryFailedError, match="called in a query handler"):
            await handle.query(query)
        assert await handle.query(wf.AsksInQuery.messages) == 0
        with pytest.raises(WorkflowUpdateFailedError) as failure:
            await handle.execute_update(wf.AsksInQuery.set)
        assert "update validator" in str(failure.value.cause)
        await handle.signal(wf.AsksInQuery.finish)
        await env.result(handle)
    assert model.requests == []


async def test_sync_call_in_init_fails_the_workflow(env: Env) -> None:
    env.model(answer)
    failure = await failing(env, wf.AsksInInit)
    assert failure.type == "SyncCallError" and "__init__" in failure.message and "@workflow.run" in failure.message


async def test_switched_off_it_fails_at_once(env: Env) -> None:
    env.model(answer, sync_calls=False)
    failure = await failing(env, wf.PlainSyncCall)
    assert failure.type == "SyncCallError" and "invoke_async" in failure.message


@pytest.mark.uncached
async def test_switched_off_no_thread_is_used(env: Env) -> None:
    env.model(answer, sync_calls=False)
    async with env.worker(sync_workflows.NoAgent, activities=[sync_workflows.shout]):
        assert await env.execute(sync_workflows.NoAgent.run) == "HI!"
        assert step_threads() == []


@pytest.mark.parametrize("how", ["sync", "async", "default model"])
async def test_plain_agent_with_a_provider_is_refused(env: Env, how: str) -> None:
    failure = await failing(env, wf.PlainAgent, how)
    assert failure.type == "UnsupportedFeatureError"
    assert "TemporalAgent(model='name')" in failure.message
    assert ("BedrockModel" if how == "default model" else "OllamaModel") in failure.message


async def test_provider_made_in_init_is_refused(env: Env) -> None:
    failure = await failing(env, wf.PlainAgentInInit)
    assert failure.type == "UnsupportedFeatureError" and "BedrockModel was made inside a workflow" in failure.message


async def failing(env: Env, workflow: Any, *args: Any) -> ApplicationError:
    async with env.worker(workflow):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(workflow.run, *args)
    assert isinstance(failure.value.cause, ApplicationError)
    return failure.value.cause


async def test_sync_code_in_init_may_run_but_not_wait(env: Env) -> None:
    assert await env.run(wf.WaitsInInit, False) == ["unwound", "initialised"]
    failure = await failing(env, wf.WaitsInInit, True)
    assert failure.type == "SyncCallError"
    assert "__init__" in failure.message
