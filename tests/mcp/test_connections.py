"""Connections: made again when they are lost, and what becomes of the calls that were under way."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from strands_temporal.testing import ScriptedModel, ToolCall

from ..env import Env, EventType, of_type, texts
from . import mcp_workflows as wf
from .clients import at, free_port, serving, stdio, until_begun

pytestmark = pytest.mark.timing

PID_TWICE = [ToolCall("pid"), "first", ToolCall("pid"), "second"]


def pids(model: ScriptedModel) -> list[int]:
    """The processes that have answered, in a chat by that script."""
    return [int(request.tool_result()) for request in model.requests if request.turn % 2]


async def test_a_server_that_dies_in_a_call(env: Env, tmp_path: Path) -> None:
    log = tmp_path / "log"
    model = env.model(
        [ToolCall("work", {"text": "a", "die": True}), "done"],
        mcp_clients={"fragile": stdio("fragile", env={"LOG": str(log)})},
    )
    async with env.worker(wf.UsesServer):
        handle = await env.start(wf.UsesServer.run, "go", "fragile", {})
        assert await env.result(handle) == "done"
    assert texts(model.requests[-1].tool_results) == ["worked a"]
    assert log.read_text().splitlines() == ["begin a", "begin a", "end a"]
    started = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    attempts: list[Any] = [event.activity_task_started_event_attributes for event in started]
    assert [each.attempt for each in attempts] == [1, 1, 2, 1]
    assert "was lost" in attempts[2].last_failure.message and "out of luck" in attempts[2].last_failure.message


@pytest.mark.uncached
async def test_a_server_that_dies_between_calls(env: Env) -> None:
    model = env.model(PID_TWICE, mcp_clients={"fragile": stdio("fragile")})
    async with env.worker(wf.TwoTurns):
        handle = await env.start(wf.TwoTurns.run, "fragile", {})
        assert await handle.execute_update(wf.TwoTurns.turn, "go") == "first"
        os.kill(pids(model)[0], signal.SIGKILL)
        assert await handle.execute_update(wf.TwoTurns.turn, "again") == "second"
        await env.result(handle)
    first, second = pids(model)
    assert first != second


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_server_is_killed_in_a_call_and_restarted(env: Env, tmp_path: Path, transport: str) -> None:
    log, port = tmp_path / "log", free_port()
    model = env.model([ToolCall("work_once", {"text": "a"}), "done"], mcp_clients={"fragile": at(transport, port)})
    async with serving(transport, "fragile", port, env={"LOG": str(log)}) as first, env.worker(wf.UsesServer):
        handle = await env.start(wf.UsesServer.run, "go", "fragile", {"attempts": 100})
        await until_begun(log)
        first.kill()
        await first.wait()
        async with serving(transport, "fragile", port, env={"LOG": str(log)}):
            assert await env.result(handle) == "done"
    assert texts(model.requests[-1].tool_results) == ["worked a"]
    assert log.read_text().splitlines() == ["begin a", "begin a", "end a"]


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_server_is_restarted_between_calls(env: Env, transport: str) -> None:
    """The new server has done nothing, so the call is made again at once, though it must not repeat."""
    port = free_port()
    model = env.model(PID_TWICE, mcp_clients={"fragile": at(transport, port)})
    async with serving(transport, "fragile", port) as first, env.worker(wf.TwoTurns):
        handle = await env.start(wf.TwoTurns.run, "fragile", {"idempotent": False, "attempts": 1})
        assert await handle.execute_update(wf.TwoTurns.turn, "go") == "first"
        first.kill()
        await first.wait()
        async with serving(transport, "fragile", port) as second:
            assert await handle.execute_update(wf.TwoTurns.turn, "again") == "second"
            await env.result(handle)
    assert pids(model) == [first.pid, second.pid]


async def test_a_call_that_must_not_repeat_waits_for_its_server(env: Env) -> None:
    """An attempt that could not connect has not sent it, and says so to the next."""
    port = free_port()
    model = env.model(PID_TWICE, mcp_clients={"fragile": at("http", port)})
    async with serving("http", "fragile", port) as first, env.worker(wf.TwoTurns):
        handle = await env.start(wf.TwoTurns.run, "fragile", {"idempotent": False, "attempts": 1000})
        assert await handle.execute_update(wf.TwoTurns.turn, "go") == "first"
        first.kill()
        await first.wait()
        turn = asyncio.create_task(handle.execute_update(wf.TwoTurns.turn, "again"))

        async def has_tried_thrice() -> bool:
            running = (await handle.describe()).raw_description.pending_activities
            return any(each.attempt > 3 for each in running)

        while not await has_tried_thrice():
            assert not turn.done(), turn.result()
            await asyncio.sleep(0.02)
        async with serving("http", "fragile", port) as second:
            assert await turn == "second"
            await env.result(handle)
    assert pids(model) == [first.pid, second.pid]


async def test_a_call_that_must_not_repeat(env: Env, tmp_path: Path) -> None:
    log = tmp_path / "log"
    model = env.model(
        [ToolCall("work", {"text": "a", "die": True}), "done"],
        mcp_clients={"fragile": stdio("fragile", env={"LOG": str(log)})},
    )
    async with env.worker(wf.UsesServer):
        assert await env.execute(wf.UsesServer.run, "go", "fragile", {"idempotent": False}) == "done"
    (result,) = model.requests[-1].tool_results
    assert result["status"] == "error"
    assert "may have run" in texts([result])[0] and "out of luck" in texts([result])[0]
    assert log.read_text().splitlines() == ["begin a"]


@pytest.mark.parametrize(("options", "times"), [({}, 1), ({"idempotent": True}, 2)])
async def test_a_tool_of_which_its_server_says_so(
    env: Env, tmp_path: Path, options: dict[str, Any], times: int
) -> None:
    """A tool with `idempotentHint=False` is not called twice, but where the handle says that it may be."""
    log = tmp_path / "log"
    env.model(
        [ToolCall("spend", {"amount": 5}), "done"],
        mcp_clients={"rich": stdio("rich", env={"LOG": str(log)})},
    )
    async with env.worker(wf.UsesServer):
        assert await env.execute(wf.UsesServer.run, "go", "rich", options) == "done"
    assert log.read_text().splitlines() == ["spent 5.0"] * times
