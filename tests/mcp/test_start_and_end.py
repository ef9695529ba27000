"""The servers of a worker: connected before it works, or it does not start; closed when it has stopped."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp import stdio_client
from strands.tools.mcp import MCPClient
from temporalio.client import Client

from strands_temporal import StrandsPlugin
from strands_temporal._errors import MCPServerError
from strands_temporal.testing import ScriptedModel, ToolCall

from ..env import LIMIT, Env
from . import mcp_workflows as wf
from .clients import Factory, free_port, http, is_running, serving, sse, stdio, stdio_parameters, until

pytestmark = pytest.mark.timing


async def failure_to_start(env: Env, **servers: Any) -> str:
    """What a worker with these servers says when it does not start."""
    env.model(["never"], mcp_clients=servers)
    with pytest.raises(MCPServerError) as failure:
        async with env.worker(wf.UsesServer):
            await asyncio.Event().wait()
    return failure.value.message


async def test_a_worker_does_not_start_without_its_servers(env: Env) -> None:
    message = await failure_to_start(env, broken=stdio("broken"), echo=stdio("echo"))
    assert "'broken'" in message and "cannot find the treasure map" in message and "'echo'" not in message
    assert "StrandsPlugin(mcp_clients=...)" in message


def wrong_type() -> Any:
    return "a client"


def raising() -> MCPClient:
    raise LookupError("no such secret")


@pytest.mark.parametrize(
    ("factory", "words"),
    [
        (stdio("silent", startup_timeout=1), "did not start in 1 seconds"),
        (stdio("echo", tool_filters={"allowed": ["unknown"]}), "lists no tool that its tool_filters let pass"),
        (http(1), "ConnectError"),
        (sse(1), "ConnectError"),
        (wrong_type, "the factory returned str, not MCPClient"),
        (raising, "LookupError: no such secret"),
        (lambda: MCPClient(url="ftp://a"), "ValueError"),
    ],
)
async def test_what_is_wrong_with_a_server(client: Client, task_queue: str, factory: Factory, words: str) -> None:
    started = time.monotonic()
    message = await failure_to_start(Env(client, task_queue), named=factory)
    assert "MCP server 'named'" in message and words in message
    assert time.monotonic() - started < 20


async def test_a_worker_that_does_without_a_server(env: Env, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    model = env.model(["done"], mcp_clients={"late": http(port, continue_on_error=True), "echo": stdio("echo")})
    async with env.worker(wf.UsesServer):
        assert await env.execute(wf.UsesServer.run, "go", "late", {}) == "done"
        async with serving("http", "echo", port):
            assert await env.execute(wf.UsesServer.run, "go", "late", {}) == "done"
    assert [len(request.tool_specs) for request in model.requests] == [0, 3]
    assert "MCP server 'late' cannot be reached" in caplog.text and "starts without it" in caplog.text


async def test_progress_in_the_log(env: Env, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "strands_temporal")
    env.model(["done"], mcp_clients={"one": stdio("echo"), "two": stdio("rich", prefix="two")})
    async with env.worker(wf.UsesServer):
        await env.execute(wf.UsesServer.run, "go", "one", {})
    said = [each.getMessage() for each in caplog.records if each.name == "strands_temporal"]
    assert said[0] == "MCP servers: connecting to one, two"
    assert sorted(each.split(" in ")[0] for each in said[1:3]) == [
        "MCP server 'one': connected",
        "MCP server 'two': connected",
    ]


async def test_all_are_connected_at_the_same_time(env: Env) -> None:
    """Each waits until the other is being connected, too."""
    both = threading.Barrier(2)

    def meeting() -> MCPClient:
        @asynccontextmanager
        async def transport() -> AsyncIterator[Any]:
            await asyncio.to_thread(both.wait, LIMIT)
            async with stdio_client(server) as streams:
                yield streams

        return MCPClient(transport)

    server = stdio_parameters("echo")
    env.model(["done"], mcp_clients={"one": meeting, "two": meeting})
    async with env.worker(wf.UsesServer):
        assert await env.execute(wf.UsesServer.run, "go", "two", {}) == "done"


async def test_two_workers_of_a_process_do_not_meet(client: Client, task_queue: str) -> None:
    """They name their servers alike, and each has its own."""
    pids: list[str] = []
    envs = [Env(client, f"{task_queue}-{number}") for number in range(2)]
    models = [env.model([ToolCall("pid"), "done"], mcp_clients={"fragile": stdio("fragile")}) for env in envs]
    async with envs[0].worker(wf.UsesServer), envs[1].worker(wf.UsesServer):
        for env, model in zip(envs, models, strict=True):
            await env.execute(wf.UsesServer.run, "go", "fragile", {})
            pids.append(model.requests[-1].tool_result())
    assert pids[0] != pids[1]
    assert not any(is_running(int(pid)) for pid in pids)


async def test_client_and_worker_both_name_servers(env: Env, server_address: str) -> None:
    """As with models: all are there, and the worker's win."""
    model = ScriptedModel([[ToolCall("echo", {"text": "a"})], "done"])
    of_client = StrandsPlugin(models={"scripted": lambda: model}, mcp_clients={"echo": stdio("echo"), "one": raising})
    of_worker = StrandsPlugin(mcp_clients={"one": stdio("echo", prefix="one")})
    client = await Client.connect(server_address, plugins=[of_client])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # temporalio's, of the two plugins
        worker = env.worker(wf.UsesServer, client=client, plugins=[of_worker])
        await worker.__aenter__()
    try:
        for server in ("echo", "one"):
            assert await env.execute(wf.UsesServer.run, "go", server, {}) == "done"
    finally:
        await worker.__aexit__(None, None, None)
    names = [each.tool_specs[0]["name"] for each in model.requests if not each.turn]
    assert names == ["echo", "one_echo"]


@pytest.mark.uncached
async def test_an_idle_connection_is_closed_and_made_again(env: Env) -> None:
    idle = timedelta(milliseconds=300)
    model = env.model(
        [ToolCall("pid"), "first", ToolCall("pid"), "second"],
        mcp_clients={"fragile": stdio("fragile")},
        mcp_connection_idle_timeout=idle,
    )
    async with env.worker(wf.TwoTurns):
        handle = await env.start(wf.TwoTurns.run, "fragile", {})
        await handle.execute_update(wf.TwoTurns.turn, "go")
        pid = int(model.requests[-1].tool_result())
        await until(lambda: not is_running(pid))
        await handle.execute_update(wf.TwoTurns.turn, "again")
        await env.result(handle)
    first, second = (request.tool_result() for request in model.requests if request.turn % 2)
    assert first != second


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_secrets_stay_on_the_worker(env: Env, transport: str) -> None:
    port = free_port()
    headers = {"Authorization": "Bearer t0ken-of-the-server"}
    make = http if transport == "http" else sse
    model = env.model(
        [ToolCall("environment", {"name": "HOME"}), "done"], mcp_clients={"rich": make(port, headers=headers)}
    )
    async with serving(transport, "rich", port, env={"TOKEN": "t0ken-of-the-server"}):
        async with env.worker(wf.UsesServer):
            handle = await env.start(wf.UsesServer.run, "go", "rich", {})
            assert await env.result(handle) == "done"
        assert model.requests[-1].tool_result() == os.environ.get("HOME")
        assert "t0ken" not in (await handle.fetch_history()).to_json()
        message = await failure_to_start(env, rich=make(port, headers={"Authorization": "Bearer wr0ng"}))
    assert "'rich'" in message and "wr0ng" not in message


async def test_the_environment_of_a_server_stays_on_the_worker(env: Env, tmp_path: Path) -> None:
    model = env.model(
        [ToolCall("environment", {"name": "LOG"}), "done"],
        mcp_clients={"rich": stdio("rich", env={"LOG": str(tmp_path), "SECRET": "s3cret"})},
    )
    async with env.worker(wf.UsesServer):
        handle = await env.start(wf.UsesServer.run, "go", "rich", {})
        assert await env.result(handle) == "done"
    assert model.requests[-1].tool_result() == str(tmp_path)
    assert "s3cret" not in (await handle.fetch_history()).to_json()
