"""A worker that is killed in the middle of a tool: another ends the trace, and it is the one of an undisturbed run."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ..env import LIMIT, Env
from ..suite.processes import Process, worker_process
from . import tracing_workflows as wf
from .conftest import Exported
from .recorded import tree
from .test_spans import waits
from .traced_worker import read

pytestmark = pytest.mark.timing


@asynccontextmanager
async def traced_process(env: Env, spans: Path) -> AsyncIterator[Process]:
    """A worker process that ends by itself, and then has complained of nothing, unless the test has killed it."""
    async with worker_process(env, "tests.tracing.traced_worker", spans, stderr=asyncio.subprocess.PIPE) as process:
        yield process
        if process.returncode is None:
            assert process.stderr is not None
            process.send_signal(signal.SIGINT)
            said = (await asyncio.wait_for(process.stderr.read(), LIMIT)).decode()
            assert "detach" not in said and "Exception ignored" not in said, said


async def test_a_kill_changes_nothing_in_the_trace(traced: Env, exported: Exported, tmp_path: Path) -> None:
    traced.replays(wf.Waits)
    spans, path = tmp_path / "spans", tmp_path / "file"
    async with traced_process(traced, spans) as victim:
        handle = await traced.start(wf.Waits.run, str(path))
        await wf.begun(path, 1)
        victim.kill()
        await victim.wait()
    before = read(spans)
    assert {"invoke_agent first", "chat"} <= {span.name for span in before}
    assert not {"RunWorkflow:Waits", "execute_tool wait_for_file"} & {span.name for span in before}
    async with traced_process(traced, spans):
        await wf.begun(path, 2)
        path.touch()
        assert await traced.result(handle) == "there"
    # The span of the attempt that was killed died with its process.
    assert tree([*exported.take(), *read(spans)]) == waits(attempts=1)
