"""What Strands takes from chance and the clock: the same again when a workflow is replayed."""

from __future__ import annotations

import random
import re
import time
import uuid
from typing import Any

import pytest
from strands.event_loop import streaming
from strands.tools import _caller
from strands.types import content

from strands_temporal._runtime import replayed_values

from ..env import Env, EventType
from . import light_workflows as wf


def uses(messages: list[Any]) -> list[str]:
    return [block["toolUse"]["toolUseId"] for each in messages for block in each["content"] if "toolUse" in block]


@pytest.mark.uncached
async def test_a_replay_gives_the_same_ids_and_times(env: Env) -> None:
    model = env.model(["one", "two", "three", "four", "five"] * 3)
    async with env.worker(wf.Direct):
        handle = await env.start(wf.Direct.run)
        await env.until(handle, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
        first = await handle.query(wf.Direct.ids)
        while len(first) < 11:  # until the answer has been taken in
            first = await handle.query(wf.Direct.ids)
        assert await handle.query(wf.Direct.ids) == first
        await handle.signal(wf.Direct.proceed)
        ids, traces, times, own_randomness_untouched = await env.result(handle)
    assert ids[: len(first)] == first
    assert all(uuid.UUID(each).version == 4 for each in [*ids[1:], *traces])
    assert len({*ids, *traces}) == len(ids) + len(traces)
    assert own_randomness_untouched
    assert [each["timeToFirstByteMs"] >= 0 for each in times if each] == [True, True]
    # What the model saw: the direct calls, with the ids that they had before.
    earlier, later = (uses(request.messages) for request in model.requests)
    assert later[:2] == earlier and len(set(later)) == 3
    assert all(re.fullmatch(r"tooluse_add_\d{9}", each) for each in later)


async def test_runs_have_ids_of_their_own(env: Env) -> None:
    env.model(["one", "two", "three"] * 5)
    async with env.worker(wf.Direct):
        handles = [await env.start(wf.Direct.run, start_signal="proceed") for _ in range(2)]
        first, second = [(await env.result(handle))[0] for handle in handles]
    assert not set(first) & set(second)


def test_outside_of_workflows_they_are_by_chance() -> None:
    replayed_values.install()
    module: Any = _caller
    random.seed(1)
    expected = [random.randint(1, 1000) for _ in range(5)]
    random.seed(1)
    assert [module.random.randint(1, 1000) for _ in range(5)] == expected
    assert module.random.choice is random.choice
    assert content._generate_tracking_id() != content._generate_tracking_id()
    module = streaming
    assert abs(module.time.time() - time.time()) < 60
    assert module.time.perf_counter is time.perf_counter
