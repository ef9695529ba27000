"""What a client of MCP can do beside calls: answer a server's questions, and complete its tasks."""

from __future__ import annotations

from typing import Any

import pytest
from mcp.types import ElicitResult

from strands_temporal.testing import ToolCall

from ..env import Env, texts
from . import mcp_workflows as wf
from .clients import TAKES_META, stdio


async def answer(context: Any, params: Any) -> ElicitResult:
    """A user who has a name."""
    assert params.message == "Your name?"
    return ElicitResult(action="accept", content={"name": "Ada"})


async def test_an_elicitation_callback(env: Env) -> None:
    model = env.model([ToolCall("asks"), "done"], mcp_clients={"rich": stdio("rich", elicitation_callback=answer)})
    async with env.worker(wf.UsesServer):
        assert await env.execute(wf.UsesServer.run, "go", "rich", {}) == "done"
    assert texts(model.requests[-1].tool_results) == ["accept name='Ada'"]


@pytest.mark.uncached
async def test_the_callbacks_and_the_meta_of_the_factory(env: Env) -> None:
    heard: list[Any] = []

    async def progressed(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    options: dict[str, Any] = {"meta": {"tenant": "a"}} if TAKES_META else {}
    model = env.model(
        [[ToolCall("progresses", {"steps": 2}), ToolCall("meta")], "done"],
        mcp_clients={"rich": stdio("rich", progress_callback=progressed, **options)},
    )
    async with env.worker(wf.UsesServer):
        assert await env.execute(wf.UsesServer.run, "go", "rich", {}) == "done"
    assert heard == [(0.0, 2.0, "step 0"), (1.0, 2.0, "step 1")]
    assert ("'tenant': 'a'" in texts(model.requests[-1].tool_results)[1]) is TAKES_META
