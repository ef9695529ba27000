"""Log lines of workflow code: of the user's, in tools and hooks, and of Strands' own modules, each once."""

from __future__ import annotations

import logging
from collections import Counter

import pytest
from temporalio.worker import Replayer

from strands_temporal._runtime.replay_logs import ReplayFilter
from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env
from . import tracing_workflows as wf


def script(request: ScriptedRequest) -> Step:
    return "done" if request.turn == 2 else ToolCall("logs")


def lines(caplog: pytest.LogCaptureFixture) -> Counter[str]:
    """What was logged, without what differs from run to run."""
    found = Counter(
        record.getMessage().split(" ({")[0]
        for record in caplog.records
        if record.name.startswith(("strands.", "temporalio.workflow"))
    )
    caplog.clear()
    return found


@pytest.mark.uncached
async def test_every_line_once(env: Env, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "temporalio.workflow")
    caplog.set_level(logging.DEBUG, "strands")
    env.model(script)
    async with env.worker(wf.Logs):
        handle = await env.start(wf.Logs.run)
        await env.result(handle)
    found = lines(caplog)
    assert found["a tool says"] == 2
    assert found["a hook says"] == 3
    assert found["strands says"] == 2
    assert sum(count for text, count in found.items() if text.startswith("tool_use=<")) == 2
    history = await handle.fetch_history()
    await Replayer(workflows=[wf.Logs], plugins=[env.plugin]).replay_workflow(history)
    assert lines(caplog) == Counter()


async def test_strands_own_lines_are_those_of_a_run_without_replays(env: Env, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "strands")
    model = env.model(script)
    counts: list[Counter[str]] = []
    for cache in (1000, 0):
        async with env.worker(wf.Logs, max_cached_workflows=cache):
            await env.execute(wf.Logs.run)
        counts.append(Counter(record.name for record in caplog.records if record.name.startswith("strands.")))
        caplog.clear()
    assert counts[0] == counts[1] and counts[0].total() > 4
    assert len(model.requests) == 6


async def test_the_filter_is_on_every_logger_of_strands_once_and_lets_other_code_speak(
    env: Env, caplog: pytest.LogCaptureFixture
) -> None:
    env.model(script)
    for _ in range(2):
        async with env.worker(wf.Logs):
            await env.execute(wf.Logs.run)
    loggers = {
        name: logger
        for name, logger in logging.root.manager.loggerDict.items()
        if isinstance(logger, logging.Logger) and name.startswith("strands.")
    }
    assert "strands.event_loop.event_loop" in loggers
    for name, logger in loggers.items():
        assert sum(isinstance(each, ReplayFilter) for each in logger.filters) == 1, name
    logging.getLogger("strands.event_loop.event_loop").warning("outside of workflows")
    assert "outside of workflows" in caplog.text
