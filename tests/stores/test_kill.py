"""A worker that is killed in the middle of a write: another one goes on, and each message is there once."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from strands_temporal.testing import ScriptedModel

from ..env import LIMIT, Env
from ..suite.processes import worker_process
from . import kept
from .s3_server import S3
from .session_workflows import Talk
from .test_sessions import FIRST, answers

pytestmark = pytest.mark.timing

WORKER = "tests.stores.session_worker"


async def test_in_the_middle_of_a_write(env: Env, tmp_path: Path, s3: S3) -> None:
    env.replays(Talk)
    folder = tmp_path / "sessions"
    log, requests = tmp_path / "log", tmp_path / "requests"
    place = kept.make("files", folder, s3)
    async with worker_process(env, WORKER, log, requests, folder) as victim:
        handle = await env.start(Talk.run, place.kind, "s", ["hello"])
        for _ in range(int(LIMIT / 0.01)):
            if log.exists() and "2 by" in log.read_text():
                break
            await asyncio.sleep(0.01)
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
    async with worker_process(env, WORKER, log, requests, folder):
        result = await env.result(handle)
    assert result == {"before": 0, "answers": ["bye 2"], "word": "ash", "messages": 4}
    assert place.said("s") == FIRST
    written = [line.split(" by ")[0] for line in log.read_text().splitlines()]
    assert written in (["0", "1", "2", "2", "3"], ["0", "1", "2", "3"])  # tried again, in the same place or updated
    assert len(ScriptedModel(answers, record=requests).requests) == 2
    before = place.state()
    await env.replay(await handle.fetch_history())
    assert place.state() == before
