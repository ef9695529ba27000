"""Tools of MCP servers: what the model was offered, what it saw of the results, and what the server recorded."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowFailureError

from strands_temporal.testing import ToolCall

from ..env import Env, scheduled_activities, texts
from . import mcp_workflows as wf
from .clients import stdio


@pytest.mark.uncached
async def test_as_on_the_page(env: Env) -> None:
    model = env.model([ToolCall("echo", {"text": "hi"}), "done"], mcp_clients={"echo": stdio("echo")})
    async with env.worker(wf.UsesEcho):
        handle = await env.start(wf.UsesEcho.run, "go")
        assert await env.result(handle) == "done"
    assert [spec["name"] for spec in model.requests[0].tool_specs] == ["echo", "double", "fail"]
    assert texts(model.requests[-1].tool_results) == ["echo: hi"]
    assert scheduled_activities(await handle.fetch_history()) == [
        "echo-list-tools",
        "invoke_model",
        "echo-call-tool",
        "invoke_model",
    ]


async def test_a_tools_own_error_goes_to_the_model(env: Env) -> None:
    model = env.model([ToolCall("fail", {"reason": "no luck"}), "done"], mcp_clients={"echo": stdio("echo")})
    assert await env.run(wf.UsesEcho, "go") == "done"
    (result,) = model.requests[-1].tool_results
    assert result["status"] == "error" and "no luck" in texts([result])[0]


async def test_a_direct_call_waits_for_the_server(env: Env) -> None:
    model = env.model([ToolCall("calls_echo", {"text": "hi"}), "done"], mcp_clients={"echo": stdio("echo")})
    async with env.worker(wf.CallsDirectly):
        handle = await env.start(wf.CallsDirectly.run)
        said, results, messages = await env.result(handle)
    assert said == "done" and texts(model.requests[-1].tool_results) == ["success: echo: hi"]
    assert results[0] == ["success", "abab"]
    assert results[1][0] == "error" and "no luck" in results[1][1]
    assert messages == 4 + 2 * 4  # both calls of workflow code are in the conversation, and the tool's is not
    history = await handle.fetch_history()
    assert [each for each in scheduled_activities(history) if each != "invoke_model"] == [
        "echo-list-tools",
        *["echo-call-tool"] * 3,
    ]


async def test_a_direct_call_may_come_first(env: Env) -> None:
    model = env.model(lambda request: "done", mcp_clients={"echo": stdio("echo")})
    async with env.worker(wf.CallsFirst):
        handle = await env.start(wf.CallsFirst.run, "double")
        assert await env.result(handle) == [[{"text": "hihi"}], "done"]
    assert len(model.requests[0].tool_specs) == 3 and "hihi" in str(model.requests[0].messages)
    recorded = scheduled_activities(await handle.fetch_history())
    assert recorded == ["echo-list-tools", "echo-call-tool", "invoke_model"]


async def test_a_direct_call_of_an_unknown_tool_fails_the_workflow(env: Env) -> None:
    env.model(["done"], mcp_clients={"echo": stdio("echo")})
    async with env.worker(wf.CallsFirst):
        handle = await env.start(wf.CallsFirst.run, "treble")
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
        assert "Tool 'treble' not found" in str(failure.value.cause)
