"""An agent that waits in a model call leaves the worker's cache without a trace in the logs."""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import Any

import pytest

from strands_temporal.testing import Reply, ScriptedRequest, Step

from ..env import LIMIT, Env
from . import light_workflows as wf


@pytest.mark.parametrize("cache", [3, 100])
async def test_eviction_closes_generators_in_their_context(
    env: Env, cache: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """With room for three, the others take their place; with room for all, they are there when the worker stops."""
    asked = asyncio.Semaphore(0)

    def script(request: ScriptedRequest) -> Step:
        asked.release()
        return Reply(["done"], delay=1)

    env.model(script)
    options: dict[str, Any] = {"max_cached_workflows": cache} if env.cached else {}
    with caplog.at_level(logging.DEBUG):
        async with env.worker(wf.Waits, **options):
            handles = [await env.start(wf.Waits.run) for _ in range(5)]
            for _ in handles:
                await asyncio.wait_for(asked.acquire(), LIMIT)
            if cache == 3:  # one would do, but temporalio 1.30 then may never ask for a task
                assert [await env.result(handle) for handle in handles] == ["done\n"] * 5
        gc.collect()
    assert not [record for record in caplog.records if record.name.startswith("opentelemetry")]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "ignored" not in capsys.readouterr().err
