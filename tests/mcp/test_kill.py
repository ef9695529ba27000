"""Workers that are killed, and many agents at once: every call is answered, and nothing is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, texts
from ..suite.processes import worker_process
from . import mcp_workflows as wf
from .clients import at, free_port, is_running, serving, stdio, until, until_begun
from .worker_process import SCRIPT

pytestmark = pytest.mark.timing

WORKER = "tests.mcp.worker_process"


def children(pid: int) -> list[int]:
    """The processes that a process has begun."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] + [
        int(each)
        for task in Path(f"/proc/{pid}/task").iterdir()
        if task.name != str(pid)
        for each in (task / "children").read_text().split()
    ]


@pytest.mark.parametrize(("options", "times"), [({}, 2), ({"idempotent": False}, 1)])
async def test_a_worker_is_killed_in_a_call(env: Env, tmp_path: Path, options: dict[str, Any], times: int) -> None:
    log, record = tmp_path / "log", tmp_path / "asked"
    env.replays(wf.UsesServer)
    async with worker_process(env, WORKER, log, record) as first:
        (server,) = children(first.pid)
        handle = await env.start(wf.UsesServer.run, "go", "fragile", {"heartbeat_timeout": 1, **options})
        await until_begun(log)
    await until(lambda: not is_running(server))
    async with worker_process(env, WORKER, log, record):
        assert await env.result(handle, 60) == "done"
    (result,) = ScriptedModel(SCRIPT, record=record).requests[-1].tool_results
    assert log.read_text().splitlines().count("begin a") == times
    if times == 2:
        assert texts([result]) == ["worked a"]
    else:
        assert result["status"] == "error" and "may have run" in texts([result])[0]


@pytest.mark.parametrize("busy", [False, True])
async def test_no_server_outlives_a_worker_that_is_told_to_end(
    client: Client, task_queue: str, tmp_path: Path, busy: bool
) -> None:
    """By SIGTERM, which ends a process of Python at once where the user has no handler."""
    log = tmp_path / "log"
    async with worker_process(Env(client, task_queue), WORKER, log, tmp_path / "asked") as worker:
        (server,) = children(worker.pid)
        if busy:
            arguments: list[Any] = ["go", "fragile", {}]
            handle = await client.start_workflow(
                wf.UsesServer.run, args=arguments, id=task_queue, task_queue=task_queue
            )
            await until_begun(log)
            await handle.terminate()
        worker.send_signal(signal.SIGTERM)
        await worker.wait()
        await until(lambda: not is_running(server))


def many_script(request: ScriptedRequest) -> Step:
    """Each agent calls each of three servers twice, in one reply, and says what they have answered."""
    if request.turn:
        return " ".join(sorted(texts(request.tool_results)))
    agent = request.text
    return [
        ToolCall(f"{server}_work", {"text": f"{agent}-{server}-{number}"})
        for server in ("one", "two", "three")
        for number in range(2)
    ]


def descriptors() -> int:
    """The sockets and pipes that are open."""
    found = 0
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # that of this very list
            found += str(each.readlink()).startswith(("socket:", "pipe:"))
    return found


async def test_fifty_agents_and_three_servers(client: Client, task_queue: str, tmp_path: Path) -> None:
    env, log, ports = Env(client, task_queue), tmp_path / "log", [free_port(), free_port()]
    variables = {"LOG": str(log)}
    await client.count_workflows()  # what the client itself opens is open
    gc.collect()
    before = descriptors(), threads(), len(asyncio.all_tasks()), len(children(os.getpid()))
    async with (
        serving("http", "fragile", ports[0], env=variables),
        serving("sse", "fragile", ports[1], env=variables),
    ):
        env.model(
            many_script,
            mcp_clients={
                "one": stdio("fragile", env=variables, prefix="one"),
                "two": at("http", ports[0], prefix="two"),
                "three": at("sse", ports[1], prefix="three"),
            },
        )
        async with env.worker(wf.UsesThree):
            handles = [await env.start(wf.UsesThree.run, f"agent{number}") for number in range(50)]
            answers = await asyncio.gather(*(env.result(handle, 90) for handle in handles))
    for number, answer in enumerate(answers):
        calls = [f"agent{number}-{server}-{call}" for server in ("one", "two", "three") for call in range(2)]
        assert answer == " ".join(sorted(f"worked {call}" for call in calls))
    ran = Counter(log.read_text().splitlines())
    assert len(ran) == 600 and set(ran.values()) == {1}
    gc.collect()
    await until(lambda: len(asyncio.all_tasks()) <= before[2])
    after = descriptors(), threads(), len(asyncio.all_tasks()), len(children(os.getpid()))
    assert after <= before, (after, before, [thread.name for thread in threading.enumerate()])


def threads() -> int:
    return sum("mcp" in thread.name or "stderr" in thread.name for thread in threading.enumerate())
