"""One call: progress, logs, approval, sizes, cancellation, time-outs, and what stands in the history."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.converter import DataConverter
from temporalio.exceptions import CancelledError

from strands_temporal.testing import ToolCall

from ..approvals.test_approvals import pending, respond
from ..env import Env, EventType, of_type, scheduled_activities, texts, timers
from ..fixtures.ciphers import SilentCipher
from ..streaming.watching import Reader
from . import mcp_workflows as wf
from .clients import TAKES_META, at, free_port, serving, stdio, until, until_begun


async def test_progress_is_published_and_is_in_the_heartbeat(env: Env) -> None:
    env.model([ToolCall("progresses", {"steps": 3}, id="use"), "done"], mcp_clients={"rich": stdio("rich")})
    async with env.worker(wf.Publishes):
        handle = await env.start(wf.Publishes.run, "go")
        reader = Reader(env.client, handle.id, result_type=dict)
        assert await env.result(handle) == "done"
        await reader.end()
    kinds = [item["type"] for item in reader.items if "type" in item]
    assert kinds[0] == "tool_start" and kinds[-1] == "tool_result" and "tool_stream" in kinds
    first = next(item for item in reader.items if item.get("type") == "tool_stream")
    use = {"name": "progresses", "toolUseId": "use", "input": {"steps": 3}}
    data = {"progress": 0.0, "total": 3.0, "message": "step 0"}
    assert first == {"type": "tool_stream", "tool_stream_event": {"tool_use": use, "data": data}, "agent": "watched"}


async def test_a_codec_that_fails_in_signals_costs_no_result(env: Env) -> None:
    codec = SilentCipher()
    config: Any = {**env.client.config(), "data_converter": replace(DataConverter.default, payload_codec=codec)}
    client = Client(**config)
    model = env.model([ToolCall("progresses", {"steps": 3}), "done"], mcp_clients={"rich": stdio("rich")})
    async with env.worker(wf.Publishes, client=client):
        handle = await env.start(wf.Publishes.run, "go", client=client)
        assert await env.result(handle) == "done"
    assert codec.failed.is_set()
    (result,) = model.requests[-1].tool_results
    assert result["status"] == "success"
    names = scheduled_activities(await handle.fetch_history())
    assert len([name for name in names if "call" in name]) == 1


async def test_the_heartbeat_tells_how_far_a_tool_is(env: Env) -> None:
    env.model([ToolCall("progresses", {"steps": 2000}), "never"], mcp_clients={"rich": stdio("rich")})
    async with env.worker(wf.UsesServer):
        handle = await env.start(wf.UsesServer.run, "go", "rich", {})
        await env.until(handle, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
        details: list[Any] = []
        for _ in range(1000):
            running = (await handle.describe()).raw_description.pending_activities
            if found := [each for each in running if each.heartbeat_details.payloads]:
                details = await env.client.data_converter.decode(found[0].heartbeat_details.payloads)
                break
        assert details[0]["total"] == 2000.0 and details[0]["message"].startswith("step ")
        await handle.terminate()


async def test_a_tool_that_says_nothing_has_a_heartbeat_too(env: Env, tmp_path: Path) -> None:
    log = tmp_path / "log"
    env.model(
        [ToolCall("work", {"text": "a", "seconds": 2.5}), "done"],
        mcp_clients={"fragile": stdio("fragile", env={"LOG": str(log)})},
    )
    async with env.worker(wf.UsesServer):
        assert await env.execute(wf.UsesServer.run, "go", "fragile", {"heartbeat_timeout": 1}) == "done"
    assert log.read_text().splitlines() == ["begin a", "end a"]


async def test_the_servers_log_is_in_the_activitys(env: Env, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    # Of the newest protocol, where a client has to ask for them.
    options: dict[str, Any] = {"meta": {"io.modelcontextprotocol/logLevel": "info"}} if TAKES_META else {}
    env.model([ToolCall("talks"), "done"], mcp_clients={"rich": stdio("rich", **options)})
    async with env.worker(wf.UsesServer):
        assert await env.execute(wf.UsesServer.run, "go", "rich", {}) == "done"
    records = [each for each in caplog.records if "MCP server rich" in each.getMessage()]
    said = [(each.levelname, each.name, each.getMessage().split(": ", 1)[1].split(" (")[0]) for each in records]
    assert said == [("INFO", "temporalio.activity", "all is well"), ("WARNING", "temporalio.activity", "or is it")]
    assert "'activity_type': 'rich-call-tool'" in records[0].getMessage()


@pytest.mark.uncached
async def test_prompts_and_resources(env: Env) -> None:
    env.model(["never"], mcp_clients={"rich": stdio("rich")})
    async with env.worker(wf.Reads):
        handle = await env.start(wf.Reads.run)
        prompts, prompt, resources, templates, read, picture, refused = await env.result(handle)
    assert prompts == ["greet"] and prompt == ["Say hello to Ada."]
    assert resources == ["notes://picture", "notes://today"] and templates == ["notes://day/{day}"]
    assert read == ["buy milk", "notes of monday"] and picture.startswith("iVBOR")
    assert "MCP error" in refused
    assert set(scheduled_activities(await handle.fetch_history())) == {
        *("rich-list-prompts", "rich-get-prompt", "rich-list-resources", "rich-list-resource-templates"),
        "rich-read-resource",
    }


async def test_approval_of_a_call(env: Env) -> None:
    model = env.model(
        [[ToolCall("echo", {"text": "a"}), ToolCall("echo", {"text": "b"})], "done"],
        mcp_clients={"echo": stdio("echo")},
    )
    async with env.worker(wf.Approved):
        handle = await env.start(wf.Approved.run, "go")
        first, second = await pending(handle, 2)
        await respond(handle, first.approve())
        await respond(handle, second.deny("not that"))
        assert await env.result(handle) == "done"
    assert texts(model.requests[-1].tool_results) == ["echo: a", "The call was denied: not that"]
    assert scheduled_activities(await handle.fetch_history()).count("echo-call-tool") == 1


async def test_a_hook_that_asks_before_a_call(env: Env) -> None:
    """By an interrupt of Strands', answered by hand."""
    model = env.model(
        [[ToolCall("echo", {"text": "a"}), ToolCall("echo", {"text": "b"})], "done"],
        mcp_clients={"echo": stdio("echo")},
    )
    async with env.worker(wf.HookAsks):
        handle = await env.start(wf.HookAsks.run, "go")
        assert await env.result(handle) == ["done", ["echo a?", "echo b?"]]
    assert texts(model.requests[-1].tool_results) == ["echo: a", "denied"]
    assert scheduled_activities(await handle.fetch_history()).count("echo-call-tool") == 1


async def test_a_call_that_is_approved_in_the_next_run(env: Env) -> None:
    model = env.model([ToolCall("echo", {"text": "a"}), "done"], mcp_clients={"echo": stdio("echo")})
    async with env.worker(wf.LeavesWithAnApproval):
        handle = await env.start(wf.LeavesWithAnApproval.run)
        first_run = env.client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
        await env.until(first_run, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW)
        second_run = env.client.get_workflow_handle(handle.id)
        (first,) = await pending(second_run)
        await respond(second_run, first.approve())
        assert await env.result(handle) == "done"
    assert texts(model.requests[-1].tool_results) == ["echo: a"]


async def test_sizes(env: Env) -> None:
    model = env.model(
        [[ToolCall("echo", {"text": "hook, make this long"}), ToolCall("double", {"text": "y" * 15000})], "done"],
        mcp_clients={"echo": stdio("echo")},
        payload_limit=25000,
    )
    async with env.worker(wf.LongArguments):
        assert await env.execute(wf.LongArguments.run, "go") == "done"
    refused, ran = texts(model.requests[-1].tool_results)
    assert refused.startswith("Tool 'echo' was not called: its arguments have 30,")
    assert ran.startswith(
        "Tool 'double' has run, but its result is too large to be recorded: 60,"
    )  # text and structured


async def test_summaries(env: Env) -> None:
    env.model([ToolCall("echo", {"text": "hi", "password": "x"}), "done"], mcp_clients={"echo": stdio("echo")})
    async with env.worker(wf.UsesEcho):
        handle = await env.start(wf.UsesEcho.run, "go")
        await env.result(handle)
    scheduled = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    (call,) = [
        event
        for event in scheduled
        if event.activity_task_scheduled_event_attributes.activity_type.name == "echo-call-tool"
    ]
    summary = env.client.data_converter.payload_converter.from_payload(call.user_metadata.summary)
    assert summary == "echo(text=hi, password=***)"


@pytest.mark.parametrize("transport", ["stdio", "http", "sse"])
@pytest.mark.parametrize("how", ["workflow", "agent"])
async def test_cancellation_reaches_the_server(env: Env, tmp_path: Path, transport: str, how: str) -> None:
    log, port = tmp_path / "log", free_port()
    variables = {"LOG": str(log)}
    factory = stdio("fragile", env=variables) if transport == "stdio" else at(transport, port)
    model = env.model([ToolCall("work", {"text": "a", "seconds": 3600}), "done"], mcp_clients={"fragile": factory})
    # A stdio server is the worker's own; the other process is then there for nothing.
    at_the_port = serving("http" if transport == "stdio" else transport, "fragile", port, env=variables)
    async with at_the_port, env.worker(wf.CancelsTheAgent):
        handle = await env.start(wf.CancelsTheAgent.run, "fragile", {"heartbeat_timeout": 1})
        await until_begun(log)
        if how == "agent":
            await handle.signal(wf.CancelsTheAgent.cancel)
            stop_reason, (result,) = await env.result(handle)
            assert stop_reason == "cancelled" and "cancelled locally" in texts([result])[0]
        else:
            await handle.cancel()
            with pytest.raises(WorkflowFailureError) as failure:
                await env.result(handle)
            assert isinstance(failure.value.cause, CancelledError)
        await until(lambda: "cancelled a" in log.read_text())
    assert log.read_text().splitlines() == ["begin a", "cancelled a"]
    assert len(model.requests) == 1
    assert not timers(await handle.fetch_history())


async def test_a_call_that_takes_too_long(env: Env, tmp_path: Path) -> None:
    log = tmp_path / "log"
    model = env.model(
        [ToolCall("work", {"text": "a", "seconds": 3600}), "done"],
        mcp_clients={"fragile": stdio("fragile", env={"LOG": str(log)})},
    )
    async with env.worker(wf.UsesServer):
        options = {"read_timeout": 0.3, "attempts": 2}
        assert await env.execute(wf.UsesServer.run, "go", "fragile", options) == "done"
    (result,) = model.requests[-1].tool_results
    assert result["status"] == "error" and "did not answer in time" in texts([result])[0]
    assert log.read_text().splitlines().count("begin a") == 2
