"""A package of Strands' that is first imported while a workflow runs."""

from __future__ import annotations

import pytest
import strands.vended_tools  # pyright: ignore[reportUnusedImport]  # noqa: F401  # for the replay, in this process

from ..env import Env
from ..suite.processes import worker_process
from .late_imports import ImportsLate


@pytest.mark.uncached
async def test_a_workflow_gets_on_that_imports_when_it_runs(env: Env) -> None:
    """Where it takes longer than Temporal's two seconds, the task fails, and is tried again with the rest to import."""
    env.task_failures_expected = True
    env.model([])
    env.replays(ImportsLate)
    async with worker_process(env, "tests.plugin.late_imports", fresh=True):
        handle = await env.start(ImportsLate.run, "go")
        assert await env.result(handle, limit=250) == "notebook, strands_temporal._runtime.made_agents"
