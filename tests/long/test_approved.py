"""A chat that waits for approvals goes on in new runs: each question is answered once, each call is done once."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from temporalio.client import WorkflowUpdateFailedError

from strands_temporal import execute_turn
from strands_temporal.workflow import ApprovalAnswer, PendingApproval

from ..approvals.asking import pending
from ..env import LIMIT, Env
from . import approved_workflows as wf
from .long_workflows import look
from .runs import next_run, runs_of

ACTIVITIES = [look, wf.delete_file]
RUN_ENDED = ("UnprocessedUpdate", "AcceptedUpdateCompletedWorkflow")
"""What the server says of an answer that no worker has looked at before the run was left."""


def deleted(workflow_id: str) -> Counter[str]:
    return Counter(path for each, path in wf.DELETED if each == workflow_id)


async def test_left_while_approvals_are_pending(env: Env) -> None:
    model = env.model(wf.cleans(1))
    async with env.worker(wf.ApprovedChat, activities=ACTIVITIES):
        handle = await env.start(wf.ApprovedChat.run, wf.ChatInput(1000))
        asked = asyncio.create_task(execute_turn(handle, wf.ApprovedChat.turn, "x"))
        run = handle.first_execution_run_id
        both = {each.tool_input["path"]: each.id for each in await pending(handle, 2)}
        await handle.signal(wf.ApprovedChat.leave)
        run = await next_run(handle, run)
        assert {each.tool_input["path"]: each.id for each in await pending(handle, 2)} == both
        await handle.execute_update("respond", ApprovalAnswer(both["/x/1/a"], True))
        await handle.signal(wf.ApprovedChat.leave)
        await next_run(handle, run)
        (left,) = await pending(handle)
        assert left.id == both["/x/1/b"] and deleted(handle.id) == Counter()
        await handle.execute_update("respond", left.deny("keep it"))
        assert await asyncio.wait_for(asked, LIMIT) == "x: thing 0, deleted /x/1/a, The call was denied: keep it"
        await handle.signal(wf.ApprovedChat.end)
        assert await env.result(handle) == 3
    assert deleted(handle.id) == Counter(["/x/1/a"]) and len(model.requests) == 3
    assert len(await runs_of(env, handle)) == 3


@pytest.mark.uncached
async def test_an_answer_that_comes_with_the_beginning_of_a_run(env: Env) -> None:
    """Its main function starts after the update, and asks then what the answer is for."""
    env.model(wf.cleans(1))
    async with env.worker(wf.ApprovedChat, activities=ACTIVITIES):
        handle = await env.start(wf.ApprovedChat.run, wf.ChatInput(1000))
        asked = asyncio.create_task(execute_turn(handle, wf.ApprovedChat.turn, "x"))
        both = await pending(handle, 2)
        await handle.signal(wf.ApprovedChat.leave)
        # A server begins the second run a second after the first, but for an update at once.
        await next_run(handle, handle.first_execution_run_id)
        for each in both:
            await handle.execute_update("respond", each.approve())
        assert await asyncio.wait_for(asked, LIMIT) == "x: thing 0, deleted /x/1/a, deleted /x/1/b"
        await handle.signal(wf.ApprovedChat.end)
        assert await env.result(handle) == 2
    await runs_of(env, handle)


async def answer_all(env: Env, workflow_id: str) -> None:
    """Answer what is pending as long as the chat is there: yes to those that end with a, no to the others."""
    handle = env.client.get_workflow_handle(workflow_id)
    while True:
        for each in await handle.query("pending_approvals", result_type=list[PendingApproval]):
            answer = each.approve() if each.tool_input["path"].endswith("a") else each.deny("no")
            try:
                await handle.execute_update("respond", answer)
            except WorkflowUpdateFailedError as error:
                if getattr(error.cause, "type", None) not in RUN_ENDED:
                    raise
        await asyncio.sleep(0.05)


async def test_many_runs(env: Env) -> None:
    env.model(wf.cleans(2))
    async with env.worker(wf.ApprovedChat, activities=ACTIVITIES):
        handle = await env.start(wf.ApprovedChat.run, wf.ChatInput(25))
        human = asyncio.create_task(answer_all(env, handle.id))
        turns = asyncio.gather(*(execute_turn(handle, wf.ApprovedChat.turn, each) for each in ("x", "y")))
        await asyncio.wait([human, turns], timeout=60, return_when=asyncio.FIRST_COMPLETED)
        assert not human.done(), human.result()
        human.cancel()
        answers = await asyncio.wait_for(turns, 1)
        await handle.signal(wf.ApprovedChat.end)
        await env.result(handle)
    for name, answer in zip("xy", answers, strict=True):
        parts = (f"thing {n}, deleted /{name}/{n + 1}/a, The call was denied: no" for n in range(2))
        assert answer == f"{name}: {', '.join(parts)}"
    assert deleted(handle.id) == Counter(f"/{name}/{n}/a" for name in "xy" for n in (1, 2))
    assert len(await runs_of(env, handle)) > 2
