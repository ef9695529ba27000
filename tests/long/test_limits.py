"""What was refused as too large is so in every replay, whatever the limit is by then; and what was not is not."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from ..env import Env, EventType, of_type, scheduled_activities
from . import limit_workflows as wf
from .runs import runs_of

SMALL, LARGE = 10_000, 1_000_000
BOTH = pytest.mark.parametrize(("first", "then"), [(SMALL, LARGE), (LARGE, SMALL), (SMALL, None)])


def limit(env: Env, number: int | None) -> None:
    """Let the test's next workers and replays have this limit."""
    env.model(lambda request: "short", payload_limit=number)


async def failure(env: Env, handle: Any) -> str:
    with pytest.raises(WorkflowFailureError) as failed:
        await env.result(handle)
    assert isinstance(failed.value.cause, ApplicationError) and failed.value.cause.type == "PayloadSizeError"
    return failed.value.cause.message


@BOTH
@pytest.mark.parametrize("how", ["state", "arguments"])
async def test_a_workflow_that_ended_by_it(env: Env, how: str, first: int, then: int | None) -> None:
    limit(env, first)
    async with env.worker(wf.Carries):
        handle = await env.start(wf.Carries.run, how)
        if first == SMALL:
            assert "where 10,000 are allowed" in await failure(env, handle)
        else:
            assert await env.result(handle) == "carried"
    assert len(await runs_of(env, handle)) == (1 if first == SMALL else 2)
    limit(env, then)
    await runs_of(env, handle)
    async with env.worker(wf.Carries):  # a query of a workflow that has ended replays it
        query = env.client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
        assert await query.query(wf.Carries.begun)


async def test_reset_decides_anew(env: Env) -> None:
    """A run that failed by the limit is reset to where it was refused, for workers with another limit."""
    limit(env, SMALL)
    async with env.worker(wf.Carries):
        handle = await env.start(wf.Carries.run, "state")
        await failure(env, handle)
    last = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)[-1]
    limit(env, LARGE)
    async with env.worker(wf.Carries):
        await env.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=env.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=handle.first_execution_run_id),
                reason="another limit",
                workflow_task_finish_event_id=last.event_id,
                request_id=str(uuid.uuid4()),
            )
        )
        assert await env.result(env.client.get_workflow_handle(handle.id)) == "carried"
    env.task_failures_expected = True  # so the server records a reset


@pytest.mark.parametrize(
    ("how", "first", "then"),
    [
        ("state", SMALL, LARGE),
        ("state", SMALL, None),
        ("state", LARGE, SMALL),
        ("arguments", SMALL, LARGE),
        ("arguments", SMALL, None),
    ],
)
async def test_a_workflow_that_goes_on_after_it(env: Env, how: str, first: int, then: int | None) -> None:
    """It caught the refusal and called its model; or it did not have to. Then other workers have it."""
    limit(env, first)
    async with env.worker(wf.Trims):
        handle = await env.start(wf.Trims.run, how)
        await env.until(handle, EventType.EVENT_TYPE_TIMER_STARTED)
        assert await handle.query(wf.Trims.carried) == ("too large" if first == SMALL else "1 messages")
    limit(env, then)
    async with env.worker(wf.Trims):
        # A query that asks by itself is answered by the limit of now.
        assert await handle.query(wf.Trims.carried) == ("too large" if then == SMALL else "1 messages")
        await handle.signal(wf.Trims.release)
        said = await env.result(handle)
    assert said == (["short", "short"] if first == SMALL else ["fits", "fits"])
    history = await handle.fetch_history()
    assert len(scheduled_activities(history)) == (2 if first == SMALL else 0)
    markers = of_type(history, EventType.EVENT_TYPE_MARKER_RECORDED)
    assert len(markers) == (2 if first == SMALL else 0)
    for number in (SMALL, LARGE, None):
        limit(env, number)
        await env.replay(history, cut=False)
    env.cuts_replays = False  # its parts ran under several limits


@pytest.mark.uncached(2)
@BOTH
@pytest.mark.parametrize("of_update", [False, True])
async def test_results(env: Env, first: int, then: int | None, of_update: bool) -> None:
    limit(env, first)
    async with env.worker(wf.ReturnsMuch):
        handle = await env.start(wf.ReturnsMuch.run, of_update)
        if not of_update and first == SMALL:
            assert "result is too large to be recorded" in await failure(env, handle)
        elif not of_update:
            await env.result(handle)
        elif first == SMALL:
            with pytest.raises(WorkflowUpdateFailedError):
                await handle.execute_update("result")
        else:
            await handle.execute_update("result")
    limit(env, then)
    if of_update:
        async with env.worker(wf.ReturnsMuch):
            await handle.signal(wf.ReturnsMuch.release)
            assert await env.result(handle) == "released"
    for number in (SMALL, LARGE, None):
        limit(env, number)
        await env.check_histories()
