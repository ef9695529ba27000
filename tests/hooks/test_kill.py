"""A worker that is killed inside of an activity hook: the run goes on from there, and its result is the same."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest
from strands.agent.agent_result import AgentResult
from temporalio.client import Client

from strands_temporal import StrandsPlugin

from ..env import LIMIT, Env
from ..suite.processes import worker_process
from .audited_worker import LINES, Audited, Sum

pytestmark = pytest.mark.timing

WORKER = "tests.hooks.audited_worker"


def written(log: Path) -> list[tuple[str, str]]:
    """Each line, and the process that wrote it."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [(line.rpartition(" by ")[0], line.rpartition(" by ")[2]) for line in lines]


async def until(log: Path, line: str) -> None:
    for _ in range(int(LIMIT / 0.005)):
        if line in [each for each, _ in written(log)]:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"{line!r} was not written within {LIMIT} s")


@pytest.mark.parametrize("victim_line", ["audit AfterToolCallEvent 1", LINES[-1]])
async def test_the_run_goes_on_in_the_hook(env: Env, tmp_path: Path, victim_line: str) -> None:
    log = tmp_path / "audit.log"
    env.replays(Audited)
    client = await Client.connect(env.client.service_client.config.target_host, plugins=[StrandsPlugin()])
    async with worker_process(env, WORKER, log) as victim:
        handle = await env.start(Audited.run, client=client)
        await until(log, victim_line)
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
    async with worker_process(env, WORKER, log) as second:
        result: AgentResult = await env.result(handle)
    assert result.structured_output == Sum(total=6)
    assert result.state == {"noted": ["add", "add", "Sum"], "ended": ["success"] * 3}
    assert result.metrics.tool_metrics["add"].call_count == 2 and result.metrics.cycle_count == 3
    # Each step once, and the one that the kill hit twice.
    place = LINES.index(victim_line)
    killed, other = str(victim.pid), str(second.pid)
    before, after = [(line, killed) for line in LINES[: place + 1]], [(line, other) for line in LINES[place:]]
    assert written(log) == before + after
