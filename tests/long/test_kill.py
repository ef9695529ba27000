"""SIGKILL in the middle of a turn that takes several runs: one answer, and nothing that was done is done again."""

from __future__ import annotations

import asyncio
import json
import random
import signal
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory

from strands_temporal import execute_turn

from ..approvals.asking import pending
from ..env import LIMIT, Env, EventType, of_type
from ..suite.processes import worker_process
from . import approved_workflows as approved
from . import long_workflows as wf
from .chat_process import CALLS, TURNS
from .runs import next_run, runs_of

pytestmark = pytest.mark.timing

WORKER = "tests.long.chat_process"


async def test_one_answer_whatever_is_killed(env: Env, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    env.replays(wf.Chat)
    handle = await env.start(wf.Chat.run, wf.ChatInput(40))
    asked = asyncio.create_task(execute_turn(handle, wf.Chat.turn, "count", id="mine"))
    await kill_twice(env, log)
    async with worker_process(env, WORKER, log):
        answer = await asyncio.wait_for(asked, 60)
        assert answer == f"count: {TURNS * CALLS} seen, {TURNS * CALLS} different"
        assert await execute_turn(handle, wf.Chat.turn, "count", id="mine") == answer
        await handle.signal(wf.Chat.end)
        runs = await env.result(handle)
    assert len(await check_calls(env, handle, log)) == runs >= 2


async def test_one_result_whatever_is_killed(env: Env, tmp_path: Path) -> None:
    """The same of a turn whose answer is the workflow's result."""
    log = tmp_path / "calls.jsonl"
    env.replays(wf.OneTurn)
    handle = await env.start(wf.OneTurn.run, wf.Job("count", 40))
    waiting = asyncio.create_task(env.result(handle, 60))  # since before the first run has ended
    await kill_twice(env, log)
    async with worker_process(env, WORKER, log):
        result = await waiting
    histories = await check_calls(env, handle, log)
    calls = TURNS * CALLS
    assert result.startswith(f"count: {calls} seen, {calls} different\n ({len(histories) - 1} runs before")
    assert len(histories) >= 3
    ends = [each for run in histories for each in of_type(run, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED)]
    assert len(ends) == 1


async def kill_twice(env: Env, log: Path) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for longest_pause in (0.0, 0.5):
        calls_before = len(lines_of(log))
        async with worker_process(env, WORKER, log) as victim:
            # A kill lands after some more calls have begun, so that each worker gets on with the turn.
            more = chance.randint(1, CALLS + 1)
            await grown(log, min(calls_before + more, TURNS * CALLS))
            await asyncio.sleep(chance.uniform(0, longest_pause))
            victim.send_signal(signal.SIGKILL)
            await victim.wait()


async def check_calls(env: Env, handle: Any, log: Path) -> list[WorkflowHistory]:
    """Each call is recorded as done once, in one run; other attempts are those that a kill cut off."""
    histories = await runs_of(env, handle)
    recorded = sum(len(of_type(each, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)) for each in histories)
    assert recorded == TURNS * CALLS + TURNS + 1
    activities = defaultdict[int, set[tuple[str, str]]](set)
    pids = defaultdict[int, list[int]](list)
    for each in lines_of(log):
        activities[each["number"]].add((each["run"], each["id"]))
        pids[each["number"]].append(each["pid"])
    assert sorted(activities) == list(range(TURNS * CALLS))
    assert {len(each) for each in activities.values()} == {1}
    assert all(len(each) == len(set(each)) for each in pids.values()), "the same worker did a call twice"
    assert max(len(each) for each in pids.values()) > 1, "no kill landed inside of a call"
    return histories


async def test_approvals_through_kills_and_runs(env: Env, tmp_path: Path) -> None:
    """Killed while questions wait in a second run, after one was answered, and inside of the approved calls."""
    log = tmp_path / "calls.jsonl"
    env.replays(approved.ApprovedChat)
    worker = partial(worker_process, env, "tests.long.approved_process", log)
    handle = await env.start(approved.ApprovedChat.run, approved.ChatInput(1000))
    asked = asyncio.create_task(execute_turn(handle, approved.ApprovedChat.turn, "x"))
    async with worker():
        both = await pending(handle, 2)
        await handle.signal(approved.ApprovedChat.leave)
        run = await next_run(handle, handle.first_execution_run_id)
        assert await pending(handle, 2) == both
    async with worker():
        assert await pending(handle, 2) == both
        await handle.execute_update("respond", both[0].approve())
        await handle.signal(approved.ApprovedChat.leave)
        await next_run(handle, run)
        assert await pending(handle, 1) == both[1:]
    assert [each.get("path") for each in lines_of(log)] == [None]  # it has looked, and deleted nothing
    async with worker():
        assert await pending(handle, 1) == both[1:]
        await handle.execute_update("respond", both[1].approve())
        await grown(log, 3)
    async with worker():
        assert await asyncio.wait_for(asked, 60) == "x: thing 0, deleted /x/1/a, deleted /x/1/b"
        await handle.signal(approved.ApprovedChat.end)
        assert await env.result(handle) == 3
    assert len(await runs_of(env, handle)) == 3
    calls = [each for each in lines_of(log) if "path" in each]
    assert {each["path"] for each in calls} == {"/x/1/a", "/x/1/b"}
    # Each is one activity; a kill cut off an attempt of at least one of them, which is not recorded.
    assert len({(each["run"], each["id"]) for each in calls}) == 2 < len(calls)
    assert {each["run"] for each in calls} == {(await handle.describe()).run_id}


async def grown(log: Path, lines: int) -> None:
    for _ in range(int(LIMIT / 0.01)):
        if len(lines_of(log)) >= lines:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"no {lines} calls within {LIMIT} s")


def lines_of(log: Path) -> list[Any]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
