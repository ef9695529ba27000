"""A worker that is killed while a command runs: the agent comes to the same end, and the command ran as it may."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from strands_temporal.testing import ScriptedModel

from ..env import Env, EventType, of_type
from ..suite.processes import worker_process
from .killed_worker import Builds, script
from .local import lines_of, until_written

pytestmark = pytest.mark.timing

WORKER = "tests.sandbox.killed_worker"


async def undisturbed(env: Env, folder: Path, may_repeat: bool) -> str:
    async with worker_process(env, WORKER, folder):
        return await env.execute(Builds.run, "build it", may_repeat)


@pytest.mark.parametrize("may_repeat", [False, True])
async def test_the_agent_goes_on(env: Env, tmp_path: Path, may_repeat: bool) -> None:
    env.replays(Builds)
    folders = [tmp_path / name for name in ("undisturbed", "killed")]
    for each in folders:
        each.mkdir()
    (folders[0] / "go").touch()
    expected = await undisturbed(env, folders[0], may_repeat)
    folder = folders[1]
    async with worker_process(env, WORKER, folder) as victim:
        handle = await env.start(Builds.run, "build it", may_repeat)
        await until_written(folder / "ran")
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
    (folder / "go").touch()  # the command itself was not killed, and ends now
    async with worker_process(env, WORKER, folder):
        assert await env.result(handle) == expected == "MADE OF WORDS"
    assert len(lines_of(folder / "ran")) == 1 + may_repeat
    assert (folder / "source").read_text() == "made of words\n"
    history = await handle.fetch_history()
    assert len(of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT)) == (not may_repeat)
    told = ScriptedModel(script(folder), record=folder / "requests").requests[2].tool_result()
    assert ("It may have run, wholly or in part, and was not run again" in told) == (not may_repeat)
