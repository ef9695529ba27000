"""What cancels an operation ends its process: the workflow, a time limit in it, the server, and a worker that stops."""

from __future__ import annotations

import json
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import PauseActivityRequest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import CancelledError

from strands_temporal._sandbox import operation
from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import EventType, of_type
from . import sandbox_workflows as wf
from .conftest import Box
from .local import lines_of, until_gone, until_written

pytestmark = pytest.mark.timing

SLOW = "echo $$ >> ran; sleep 600"

BEATING = {"heartbeat_timeout": 1}


async def process(box: Box) -> int:
    """The process of the command, once it runs."""
    return int((await until_written(box.folder / "ran"))[-1])


async def test_cancelling_the_workflow_ends_the_process(box: Box) -> None:
    async with box.env.worker(wf.Uncaught):
        handle = await box.env.start(wf.Uncaught.run, "execute", {"command": SLOW}, BEATING)
        pid = await process(box)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as caught:
            await box.env.result(handle)
        await until_gone(pid)
    assert isinstance(caught.value.cause, CancelledError)


async def test_without_a_heartbeat_timeout_too(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the SDK would never hear of it."""
    monkeypatch.setattr(operation, "LOOK_SECONDS", 0.3)
    async with box.env.worker(wf.Uncaught):
        handle = await box.env.start(wf.Uncaught.run, "execute", {"command": SLOW}, {"start_to_close_timeout": 50})
        pid = await process(box)
        scheduled = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
        assert not scheduled[0].activity_task_scheduled_event_attributes.heartbeat_timeout.ToSeconds()
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await box.env.result(handle)
        await until_gone(pid)


async def test_terminating_the_workflow_ends_the_process(box: Box) -> None:
    async with box.env.worker(wf.Uncaught):
        handle = await box.env.start(wf.Uncaught.run, "execute", {"command": SLOW}, BEATING)
        pid = await process(box)
        await handle.terminate()
        await until_gone(pid)


@pytest.mark.parametrize("kind", ["TRY_CANCEL", "WAIT_CANCELLATION_COMPLETED"])
async def test_a_limit_in_the_workflow_ends_the_process(box: Box, kind: str) -> None:
    async with box.env.worker(wf.Hurried):
        handle = await box.env.start(wf.Hurried.run, SLOW, {**BEATING, "cancellation_type": kind})
        assert await box.env.result(handle) == "something else\n"
        await until_gone(await process(box))
    canceled = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED)
    assert kind == "TRY_CANCEL" or len(canceled) == 1


async def test_cancelling_an_agent_s_workflow_ends_the_process(box: Box) -> None:
    box.model([ToolCall("shell", {"command": SLOW}), "never"])
    async with box.env.worker(wf.Agentic):
        handle = await box.env.start(wf.Agentic.run, "go", BEATING)
        pid = await process(box)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as caught:
            await box.env.result(handle)
        await until_gone(pid)
    assert isinstance(caught.value.cause, CancelledError)


def looks_again(request: ScriptedRequest) -> Step:
    """A model that reads what was said of its command, and looks at what it has left."""
    if request.turn == 0:
        return ToolCall("shell", {"command": SLOW})
    if request.turn == 1:
        return ToolCall("shell", {"command": "wc -l < ran"})
    return "done"


async def test_a_worker_that_stops_ends_the_process_and_it_is_not_run_again(box: Box) -> None:
    model = box.model(looks_again)
    async with box.env.worker(wf.Agentic):
        handle = await box.env.start(wf.Agentic.run, "go", {"heartbeat_timeout": 10})
        pid = await process(box)
    await until_gone(pid)
    async with box.env.worker(wf.Agentic):
        assert await box.env.result(handle) == "done"
    first, second = (request.tool_result() for request in model.requests[1:])
    assert "The worker was stopped" in first and "was not run again" in first
    assert json.loads(second)["output"].strip() == "1"
    assert lines_of(box.folder / "ran") == [str(pid)]


async def test_where_the_policy_says_so_it_is_run_again(box: Box) -> None:
    async with box.env.worker(wf.Direct):
        command = "echo $$ >> ran; test $(wc -l < ran) = 2 || sleep 600; wc -l < ran"
        handle = await box.env.start(wf.Direct.run, [("execute", {"command": command})], {"attempts": 3})
        pid = await process(box)
    await until_gone(pid)
    async with box.env.worker(wf.Direct):
        (outcome,) = await box.env.result(handle)
    assert outcome["stdout"].strip() == "2"


async def test_an_activity_that_is_paused_is_not_run_again(box: Box) -> None:
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, [("execute", {"command": SLOW})], BEATING)
        pid = await process(box)
        request = PauseActivityRequest(
            namespace=box.env.client.namespace, execution=WorkflowExecution(workflow_id=handle.id), id="1"
        )
        await box.env.client.workflow_service.pause_activity(request)
        (outcome,) = await box.env.result(handle)
        await until_gone(pid)
    assert "or the activity paused, while the command ran" in outcome["says"]
    assert lines_of(box.folder / "ran") == [str(pid)]


@pytest.mark.uncached
async def test_many_at_a_time(box: Box) -> None:
    """Parallel commands of one agent, each with its own process and its own output."""
    calls = [ToolCall("shell", {"command": f"sleep 0.{9 - n}; echo number {n}"}) for n in range(8)]
    model = box.model([calls, "done"])
    async with box.env.worker(wf.Agentic):
        await box.env.execute(wf.Agentic.run, "go")
    texts: list[Any] = [each["content"][0]["text"] for each in model.requests[1].tool_results]
    assert [f"number {n}" in text for n, text in enumerate(texts)] == [True] * 8
