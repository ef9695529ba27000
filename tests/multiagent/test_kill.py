"""A worker that is killed while nodes of a graph run: another, whose hashes are others, goes on with each of them."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from ..env import LIMIT, Env
from ..suite.processes import worker_process
from .graph_workflows import Diamond
from .test_graph import NAMES

pytestmark = pytest.mark.timing

WORKER = "tests.multiagent.graph_worker"


@pytest.mark.parametrize("seeds", [("1", "2"), ("3", "4")])
async def test_each_node_gets_its_own_answers(
    env: Env, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seeds: tuple[str, str]
) -> None:
    env.replays(Diamond)
    log = tmp_path / "log"
    monkeypatch.setenv("PYTHONHASHSEED", seeds[0])
    async with worker_process(env, WORKER, log, fresh=True) as victim:
        handle = await env.start(Diamond.run, NAMES)
        for _ in range(int(LIMIT / 0.01)):
            if log.exists() and len(log.read_text().splitlines()) == len(NAMES):
                break
            await asyncio.sleep(0.01)
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
    monkeypatch.setenv("PYTHONHASHSEED", seeds[1])
    async with worker_process(env, WORKER, log, fresh=True):
        result = await env.result(handle)
    assert {name: result["texts"][name] for name in NAMES} == {name: f"{name}: {name} is found" for name in NAMES}
    called = [line.split(" by ")[0] for line in log.read_text().splitlines()]
    assert sorted(called) == sorted(2 * NAMES)
