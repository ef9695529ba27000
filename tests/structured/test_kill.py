"""SIGKILL while a model corrects output that did not fit: what it was told is recorded, and the result is the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from strands.agent.agent_result import AgentResult
from temporalio.client import Client

from strands_temporal import StrandsPlugin

from ..env import Env
from ..mcp.clients import until
from ..suite.processes import worker_process
from .output_workflows import ORDER, Corrected, Order

pytestmark = pytest.mark.timing

WORKER = "tests.structured.corrected_process"


async def test_the_correction_is_asked_for_again(env: Env, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    env.replays(Corrected)
    client = await Client.connect(env.client.service_client.config.target_host, plugins=[StrandsPlugin()])
    async with worker_process(env, WORKER, log):
        handle = await env.start(Corrected.run, client=client)
        await until(lambda: log.exists() and "1 True" in log.read_text())
    async with worker_process(env, WORKER, log):
        result: AgentResult = await env.result(handle)
    assert result.structured_output == Order.model_validate(ORDER)
    # The first call is not made again; the second, which the kill hit, with the words about what was wrong.
    assert log.read_text().splitlines() == ["0 False", "1 True", "1 True"]
    assert result.metrics.cycle_count == 2
    assert result.metrics.tool_metrics["Order"].call_count == 2
