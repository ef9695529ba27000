"""A model sees of an MCP server in a workflow what it sees of Strands' own client outside, whatever the transport."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from strands import Agent
from strands.tools.mcp import MCPClient

from strands_temporal.testing import ScriptedModel, ToolCall

from ..env import Env
from . import mcp_workflows as wf
from .clients import Factory, free_port, http, serving, sse, stdio
from .servers import CONTENTS

CALLS = [
    *(ToolCall("content", {"kind": kind}, id=kind) for kind in CONTENTS),
    ToolCall("add", {"a": 5}, id="add"),
    ToolCall("add", {"a": "five"}, id="wrong"),
    ToolCall("no_description", {}, id="none"),
    ToolCall("talks", {}, id="talks"),
    ToolCall("progresses", {"steps": 2}, id="progresses"),
    ToolCall("asks", {}, id="asks"),
    ToolCall("unknown", {}, id="unknown"),
]


@asynccontextmanager
async def server(transport: str) -> AsyncIterator[Any]:
    """A factory of factories of clients for a rich server."""
    if transport == "stdio":
        yield lambda **options: stdio("rich", **options)
        return
    port = free_port()
    async with serving(transport, "rich", port):
        yield lambda **options: (http if transport == "http" else sse)(port, **options)


def outside(factory: Factory, calls: list[ToolCall]) -> ScriptedModel:
    """What a plain agent's model is asked."""
    model = ScriptedModel([calls, "done"])
    agent = Agent(model, tools=[factory()], callback_handler=None)
    agent("go")
    agent.cleanup()
    return model


def seen(model: ScriptedModel) -> list[Any]:
    """All messages and tools that a model was given, without the ids of messages, which are other at every run."""
    return [
        [[(message["role"], message["content"]) for message in each.messages], each.tool_specs]
        for each in model.requests
    ]


@pytest.mark.parametrize("transport", ["stdio", "http", "sse"])
async def test_all_that_a_server_can_say(env: Env, transport: str) -> None:
    async with server(transport) as make:
        factory = make()
        there = seen(outside(factory, CALLS))
        model = env.model([CALLS, "done"], mcp_clients={"rich": factory})
        async with env.worker(wf.UsesServer):
            assert await env.execute(wf.UsesServer.run, "go", "rich", {}) == "done"
    here = seen(model)
    assert here == there
    results = {result["toolUseId"]: result for result in model.requests[-1].tool_results}
    assert results["image"]["content"][0]["image"]["source"]["bytes"].startswith(b"\x89PNG")


@pytest.mark.uncached
async def test_prefix_and_filters(env: Env) -> None:
    options = {
        "prefix": "my",
        "tool_filters": {
            "allowed": ["add", re.compile("con"), lambda tool: tool.mcp_tool.name == "talks"],
            "rejected": [re.compile(".*tent")],
        },
    }
    calls = [ToolCall("my_add", {"a": 1}, id="add"), ToolCall("my_talks", id="talks"), ToolCall("my_content", id="no")]
    factory = stdio("rich", **options)
    there = seen(outside(factory, calls))
    model = env.model([calls, "done"], mcp_clients={"rich": factory})
    async with env.worker(wf.UsesServer):
        assert await env.execute(wf.UsesServer.run, "go", "rich", {}) == "done"
    assert seen(model) == there
    assert [spec["name"] for spec in model.requests[0].tool_specs] == ["my_add", "my_talks"]


def test_a_client_is_of_strands() -> None:
    assert isinstance(stdio("echo")(), MCPClient)
