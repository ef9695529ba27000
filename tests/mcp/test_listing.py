"""What tools a workflow sees: recorded once in its history, or listed before every model call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from strands_temporal import StrandsPlugin, TemporalMCPClient
from strands_temporal._errors import InvalidArgumentError, InvalidOptionError
from strands_temporal.testing import ScriptedModel, ToolCall

from ..env import Env, scheduled_activities, texts
from . import mcp_workflows as wf
from .clients import stdio


def changing(env: Env, folder: Path, script: Any, **options: Any) -> ScriptedModel:
    """A server whose tools are the files of a folder."""
    folder.mkdir()
    return env.model(script, mcp_clients={"changing": stdio("changing", env={"FOLDER": str(folder)}, **options)})


def offered(model: ScriptedModel) -> list[list[str]]:
    """The tools that the model was offered at each call."""
    return [[spec["name"] for spec in request.tool_specs] for request in model.requests]


@pytest.mark.parametrize(
    ("cache_tools", "later"), [(None, ["change", "one"]), (True, ["change", "one"]), (False, ["change", "two"])]
)
async def test_a_server_that_changes(env: Env, tmp_path: Path, cache_tools: bool | None, later: list[str]) -> None:
    model = changing(env, tmp_path / "tools", [ToolCall("change", {"old": "one", "new": "two"}), "done"])
    (tmp_path / "tools/one").touch()
    async with env.worker(wf.UsesServer):
        handle = await env.start(wf.UsesServer.run, "go", "changing", {"cache_tools": cache_tools})
        assert await env.result(handle) == "done"
    assert offered(model) == [["change", "one"], later]
    listings = scheduled_activities(await handle.fetch_history()).count("changing-list-tools")
    assert listings == (2 if cache_tools is False else 1)


async def test_a_worker_keeps_what_it_has_seen_at_its_start(env: Env, tmp_path: Path) -> None:
    model = changing(env, tmp_path / "tools", ["done"])
    (tmp_path / "tools/one").touch()
    async with env.worker(wf.UsesServer):
        await env.execute(wf.UsesServer.run, "go", "changing", {})
        (tmp_path / "tools/two").touch()
        await env.execute(wf.UsesServer.run, "go", "changing", {})
        await env.execute(wf.UsesServer.run, "go", "changing", {"cache_tools": False})
    async with env.worker(wf.UsesServer):
        await env.execute(wf.UsesServer.run, "go", "changing", {})
    all_tools = ["change", "one", "two"]
    assert offered(model) == [["change", "one"], ["change", "one"], all_tools, all_tools]


@pytest.mark.uncached
async def test_a_workflow_goes_on_on_a_worker_with_other_tools(env: Env, tmp_path: Path) -> None:
    """It knows the tools of its own history; one that is there no more is a clear error for the model."""
    calls = [ToolCall("one"), "first", [ToolCall("one"), ToolCall("two", {})], "second"]
    model = changing(env, tmp_path / "tools", calls)
    (tmp_path / "tools/one").touch()
    async with env.worker(wf.TwoTurns):
        handle = await env.start(wf.TwoTurns.run, "changing", {})
        assert await handle.execute_update(wf.TwoTurns.turn, "go") == "first"
    (tmp_path / "tools/one").rename(tmp_path / "tools/two")
    async with env.worker(wf.TwoTurns):
        assert await handle.execute_update(wf.TwoTurns.turn, "go on") == "second"
        await env.result(handle)
    assert offered(model) == [["change", "one"]] * 4
    gone, unknown = model.requests[-1].tool_results
    assert gone["status"] == "error"
    assert texts([gone]) == [
        "The server has no tool 'one' any more. It was not called. The server's tools are now: change, two."
    ]
    assert "Unknown tool: two" in texts([unknown])[0]


async def test_the_history_replays_without_any_server(env: Env) -> None:
    env.model([ToolCall("echo", {"text": "a"}), "done"], mcp_clients={"echo": stdio("echo")})
    async with env.worker(wf.UsesEcho):
        handle = await env.start(wf.UsesEcho.run, "go")
        await env.result(handle)
    env.plugin = StrandsPlugin()
    await env.replay(await handle.fetch_history())


@pytest.mark.parametrize(("cache_tools", "listings"), [(None, 1), (True, 1), (False, 2)])
async def test_agents_share_a_handle(env: Env, cache_tools: bool | None, listings: int) -> None:
    env.model(["done"], mcp_clients={"echo": stdio("echo")})
    async with env.worker(wf.TwoAgents):
        handle = await env.start(wf.TwoAgents.run, {"cache_tools": cache_tools})
        assert await env.result(handle) == [["double", "echo", "fail"]] * 3
    assert scheduled_activities(await handle.fetch_history()).count("echo-list-tools") == listings


async def test_a_tool_of_the_same_name(env: Env) -> None:
    env.model(["never"], mcp_clients={"echo": stdio("echo")})
    async with env.worker(wf.SameName):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.SameName.run, "go")
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError)
    assert "has a tool 'echo'" in cause.message and "MCPClient(prefix=...)" in cause.message


async def test_a_wrong_name(env: Env) -> None:
    env.model(["never"], mcp_clients={"echo": stdio("echo")})
    async with env.worker(wf.UsesServer):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.UsesServer.run, "go", "ecko", {})
    assert "TemporalMCPClient(server='ecko')" in str(failure.value.cause)
    assert "it has: 'echo'" in str(failure.value.cause)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"server": ""}, "takes the name of a server"),
        ({"server": "a", "cache_tools": "yes"}, "cache_tools=...) takes True, False or None"),
        ({"server": "a", "idempotent": 1}, "idempotent=...) takes True, False or None"),
        ({"server": "a", "read_timeout": 3}, "read_timeout=...) takes a timedelta"),
        ({"server": "a", "start_to_close_timeout": 3}, "start_to_close_timeout=...) takes a timedelta"),
        ({"server": "a", "timeout": 3}, "unknown option 'timeout'"),
    ],
)
def test_wrong_options(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidOptionError) as failure:
        TemporalMCPClient(**options)
    assert "TemporalMCPClient" in str(failure.value) and words in str(failure.value)


def test_no_server() -> None:
    with pytest.raises(InvalidArgumentError, match=r"TemporalMCPClient\(\.\.\.\): missing .* 'server'"):
        TemporalMCPClient()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mcp_clients": [1]}, "takes a mapping of names to functions"),
        ({"mcp_clients": {1: lambda: None}}, "names are text"),
        ({"mcp_clients": {"a": stdio("echo")()}}, "Put a lambda before it"),
        ({"mcp_connection_idle_timeout": 5}, "takes a timedelta"),
    ],
)
def test_wrong_options_of_the_plugin(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidOptionError) as failure:
        StrandsPlugin(**options)
    assert words in str(failure.value)
