"""A published server, `mcp-server-time`, whose author knows nothing of this package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp import StdioServerParameters, stdio_client
from strands.tools.mcp import MCPClient

from strands_temporal.testing import ToolCall

from ..env import Env, texts
from . import mcp_workflows as wf

SERVER = Path(__file__).parents[2] / ".venv-mcp/bin/mcp-server-time"


def transport() -> Any:
    assert SERVER.exists(), "make .venv-mcp/ready installs it"
    return stdio_client(StdioServerParameters(command=str(SERVER), args=["--local-timezone", "Europe/Paris"]))


@pytest.mark.uncached
async def test_mcp_server_time(env: Env) -> None:
    calls = [
        ToolCall(
            "convert_time",
            {"source_timezone": "Europe/Paris", "time": "12:00", "target_timezone": "Asia/Tokyo"},
        ),
        ToolCall("get_current_time", {"timezone": "Mars/Olympus"}),
    ]
    model = env.model([calls, "done"], mcp_clients={"time": lambda: MCPClient(transport)})
    async with env.worker(wf.UsesServer):
        assert await env.execute(wf.UsesServer.run, "go", "time", {}) == "done"
    offered = {spec["name"]: spec for spec in model.requests[0].tool_specs}
    assert set(offered) == {"get_current_time", "convert_time"}
    assert "Europe/Paris" in json.dumps(offered)
    converted, wrong = model.requests[-1].tool_results
    assert json.loads(texts([converted])[0])["time_difference"] in ("+7.0h", "+8.0h")
    assert wrong["status"] == "error" and "Mars/Olympus" in texts([wrong])[0]
