"""What a storage is given again and again is recorded as what is new; nothing is ever lost by it."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strands.storage import InMemoryStorage

from strands_temporal import StrandsPlugin
from strands_temporal._stores import edits
from strands_temporal.testing import ScriptedModel

from ..env import Env, EventType, scheduled_activities
from ..suite.replays import replay
from . import session_workflows as wf

KEY = "session/s/scopes/agent/talker/snapshots/snapshot_latest.json"


def plugin(model: ScriptedModel, storage: InMemoryStorage) -> StrandsPlugin:
    return StrandsPlugin(models={"scripted": lambda: model}, storages={"storage": lambda: storage})


PIECES = st.lists(st.sampled_from([b"}", b"]", b'{"role": "user", "text": "hello"}', b"abc", b"\xff\xfe]", b"x" * 40]))


@given(PIECES, PIECES)
def test_an_edit_leads_to_the_same(base: list[bytes], data: list[bytes]) -> None:
    steps = edits.edit(b"".join(base), b"".join(data))
    assert steps is None or edits.apply(b"".join(base), steps) == b"".join(data)


def test_a_snapshot_with_one_more_message_is_one_message() -> None:
    messages = [{"role": "user", "content": [{"text": f"{number} is {uuid.uuid4()}"}]} for number in range(100)]
    base, data = (json.dumps({"at": at, "data": {"messages": messages[:at], "state": {}}}) for at in (99, 100))
    steps = edits.edit(base.encode(), data.encode())
    assert steps is not None and len(json.dumps(steps)) < 500


async def test_the_history_grows_with_what_is_said(env: Env) -> None:
    """Twice as many turns are twice as many bytes; and what is stored is all of it."""
    sizes: list[int] = []
    for turns in (10, 20):
        storage = InMemoryStorage()
        model = ScriptedModel(lambda request: f"answer {request.turn} {'and so on ' * 50}")
        env.plugin = plugin(model, storage)
        async with env.worker(wf.Talk):
            prompts = [f"say {number} {'if you please ' * 50}" for number in range(turns)]
            handle = await env.start(wf.Talk.run, "snapshot", "s", prompts)
            await env.result(handle)
        history = await handle.fetch_history()
        names = scheduled_activities(history)
        assert names.count("strands-storage-write") == turns
        sizes.append(len(history.to_json()))
        stored: Any = json.loads(
            await storage.read("session/s/scopes/agent/talker/snapshots/snapshot_latest.json") or b""
        )
        assert len(stored["data"]["messages"]) == 2 * turns
        assert stored["data"]["messages"][-1]["content"][0]["text"].startswith(f"answer {turns - 1}")
    assert sizes[1] < 2.3 * sizes[0], sizes


@pytest.mark.uncached
async def test_what_someone_else_has_written_there(env: Env) -> None:
    """The next write is a whole one."""
    storage = InMemoryStorage()
    model = ScriptedModel(lambda request: f"answer {request.turn} {'and so on ' * 500}")
    env.plugin = plugin(model, storage)
    async with env.worker(wf.Talk):
        handle = await env.start(wf.Talk.run, "snapshot", "s", ["one", "two", "three"], True)
        for number in range(3):
            while True:
                await asyncio.sleep(0.02)
                data = await storage.read(KEY)
                if data and len(json.loads(data).get("data", {}).get("messages", [])) == 2 * number + 2:
                    break
            if number == 1:
                await storage.write(KEY, b"{}")
            await handle.signal(wf.Talk.proceed)
        await env.result(handle)
    assert len(json.loads(await storage.read(KEY) or b"")["data"]["messages"]) == 6
    assert scheduled_activities(await handle.fetch_history()).count("strands-storage-write") == 4


async def test_another_deployment_replays_what_someone_else_has_written_there(env: Env) -> None:
    """How often a write was tried is what is recorded, whatever the code of today would write."""
    storage = InMemoryStorage()
    env.plugin = StrandsPlugin(storages={"storage": lambda: storage})
    async with env.worker(wf.Writes):
        handle = await env.start(wf.Writes.run)
        await env.until(handle, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
        await storage.write("key", b"{}")
        await handle.signal(wf.Writes.go_on)
        await env.result(handle)
    history = await handle.fetch_history()
    assert scheduled_activities(history) == ["strands-storage-write"] * 3
    converter = env.client.config(active_config=True)["data_converter"]
    await replay(history, [wf.WritesOtherwise], [env.plugin], converter, cut=False)
