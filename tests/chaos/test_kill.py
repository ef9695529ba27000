"""SIGKILL at random points of an agent's run: nothing that the server had recorded as done is done again."""

from __future__ import annotations

import asyncio
import json
import random
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHistory

from ..env import Env, EventType, of_type
from ..suite.processes import worker_process
from .six_steps import ANSWER, STEP_SECONDS, STEPS, SixSteps

pytestmark = pytest.mark.timing

WORKER = "tests.chaos.six_steps"

RUNS_PER_KILL = 5


@pytest.mark.parametrize("round", [0, pytest.param(1, marks=pytest.mark.exhaustive)])
async def test_nothing_done_is_done_again(env: Env, tmp_path: Path, round: int) -> None:
    """Four rounds, cached and not, of five runs that one kill hits at points of their own: 20 random points."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    log = tmp_path / "steps.jsonl"
    env.replays(SixSteps)
    run_seconds = STEP_SECONDS * len(STEPS)
    async with worker_process(env, WORKER, log) as victim:
        # Each run is as old as it drew when the kill comes.
        ages = sorted((chance.uniform(0, 1.3 * run_seconds) for _ in range(RUNS_PER_KILL)), reverse=True)
        handles = []
        for age, next_age in zip(ages, [*ages[1:], 0.0], strict=True):
            handles.append(await env.start(SixSteps.run))
            await asyncio.sleep(age - next_age)
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
    recorded = [completed(await handle.fetch_history()) for handle in handles]
    async with worker_process(env, WORKER, log):
        for handle in handles:
            assert await env.result(handle) == ANSWER
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for handle, done_before in zip(handles, recorded, strict=True):
        check(
            await handle.fetch_history(),
            done_before,
            [each for each in lines if each["workflow"] == handle.id],
            victim.pid,
        )


def completed(history: WorkflowHistory) -> set[str]:
    """The ids of the activities whose completion the server has recorded."""
    scheduled = {
        event.event_id: event.activity_task_scheduled_event_attributes.activity_id
        for event in of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    }
    return {
        scheduled[event.activity_task_completed_event_attributes.scheduled_event_id]
        for event in of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
    }


def check(history: WorkflowHistory, done_before_the_kill: set[str], lines: list[Any], killed: int) -> None:
    """The log of executions agrees with the history."""
    again = [each for each in lines if each["id"] in done_before_the_kill and each["pid"] != killed]
    assert not again, f"done before the kill, and again by the second worker: {again}"
    # Each step was scheduled once, however often it was attempted, and each attempt ran once.
    assert len(completed(history)) == len(STEPS)
    assert [step for step, _ in sorted({(each["step"], each["id"]) for each in lines})] == sorted(STEPS)
    assert set(Counter((each["id"], each["attempt"]) for each in lines).values()) == {1}
    attempts = {}
    for event in of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED):
        attributes = event.activity_task_started_event_attributes
        attempts[
            history.events[attributes.scheduled_event_id - 1].activity_task_scheduled_event_attributes.activity_id
        ] = attributes.attempt
    for activity_id, attempt in attempts.items():
        assert max(each["attempt"] for each in lines if each["id"] == activity_id) == attempt


async def test_the_check_can_fail(client: Client, task_queue: str, tmp_path: Path) -> None:
    """A log in which a completed step ran again is caught."""
    env = Env(client, task_queue)
    log = tmp_path / "steps.jsonl"
    async with worker_process(env, WORKER, log) as worker:
        handle = await env.start(SixSteps.run)
        assert await env.result(handle) == ANSWER
        pid = worker.pid
    history = await handle.fetch_history()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    check(history, completed(history), lines, pid)
    with pytest.raises(AssertionError, match="done before the kill"):
        check(history, completed(history), [*lines, {**lines[2], "pid": 0}], pid)
    with pytest.raises(AssertionError):
        check(history, set(), [*lines, {**lines[2], "attempt": 1}], pid)
