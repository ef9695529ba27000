"""An agent that waits in a model call leaves the worker's cache without a trace in the logs."""

from __future__ import annotations

import asyncio
import gc
import logging

import pytest

from strands_temporal.testing import Reply, ScriptedRequest, Step

from ..env import LIMIT, Env
from . import light_workflows as wf


@pytest.mark.uncached
@pytest.mark.parametrize("sync_calls", [True, False])
async def test_eviction_closes_generators_in_their_context(
    env: Env, sync_calls: bool, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a cache each task ends with an eviction; with one the workflows are in it when the worker stops.

    Not with a cache that is too small for all of them: with that the SDK may never ask for a task.
    """
    asked = asyncio.Semaphore(0)

    def script(request: ScriptedRequest) -> Step:
        asked.release()
        return Reply(["done"], delay=1)

    env.model(script, sync_calls=sync_calls)
    with caplog.at_level(logging.DEBUG):
        async with env.worker(wf.Waits):
            handles = [await env.start(wf.Waits.run) for _ in range(2)]
            for _ in handles:
                await asyncio.wait_for(asked.acquire(), LIMIT)
            if not env.cached:
                assert [await env.result(handle) for handle in handles] == ["done\n"] * 2
        gc.collect()
    assert not [record for record in caplog.records if record.name.startswith("opentelemetry")]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "ignored" not in capsys.readouterr().err
