"""Tools that a server runs as tasks, which Strands' client polls in the activity."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from strands_temporal.testing import ScriptedModel, ToolCall

from ..env import Env, texts
from . import mcp_workflows as wf
from .clients import stdio, until
from .test_tenants import waits


def serve(env: Env, log: Path) -> ScriptedModel:
    tasks = stdio("tasks", module="tests.mcp.task_server", env={"LOG": str(log)}, tasks_config={})
    return env.model([ToolCall("long_work"), "done"], mcp_clients={"tasks": tasks})


async def test_a_task_is_completed(env: Env, tmp_path: Path) -> None:
    log = tmp_path / "log"
    model = serve(env, log)
    async with env.worker(wf.UsesServer):
        handle = await env.start(wf.UsesServer.run, "go", "tasks", {"heartbeat_timeout": 1})
        await until(lambda: log.exists() and log.read_text().count("get") > 2)
        while True:  # polled for longer than its heartbeat timeout, it has a heartbeat
            call = await waits(handle, "tasks-call-tool")
            if call.last_heartbeat_time.ToDatetime() - call.last_started_time.ToDatetime() > timedelta(seconds=1.2):
                break
            await asyncio.sleep(0.05)
        assert call.attempt == 1
        log.with_suffix(".finish").touch()
        assert await env.result(handle) == "done"
    assert texts(model.requests[-1].tool_results) == ["the task is done"]
    assert log.read_text().split().count("create") == 1


@pytest.mark.uncached
async def test_a_task_is_cancelled(env: Env, tmp_path: Path) -> None:
    log = tmp_path / "log"
    serve(env, log)
    async with env.worker(wf.CancelsTheAgent):
        handle = await env.start(wf.CancelsTheAgent.run, "tasks", {"heartbeat_timeout": 1})
        await until(lambda: log.exists() and "get" in log.read_text())
        await handle.signal(wf.CancelsTheAgent.cancel)
        stop_reason, _ = await env.result(handle)
        await until(lambda: "cancel" in log.read_text())
    assert stop_reason == "cancelled"
