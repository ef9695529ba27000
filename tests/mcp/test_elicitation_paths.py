"""What servers ask, wherever the question comes from: over HTTP, in a sub-agent, in a task."""

from __future__ import annotations

from pathlib import Path

import pytest

from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..approvals.asking import pending, respond
from ..env import Env, texts
from . import asking_workflows as wf
from .clients import free_port, http, serving, stdio, until
from .servers import V2
from .test_elicitation import BOOK, MODULE, done, lines, plugin

OVER_HTTP = [
    ("asking", BOOK[0], "booked 2 nights in Rome"),
    ("newer", ToolCall("order", {"dish": "soup"}), "2 times soup"),
]


@pytest.mark.uncached
@pytest.mark.parametrize(("name", "call", "result"), OVER_HTTP if V2 else OVER_HTTP[:1])
async def test_over_http(env: Env, tmp_path: Path, name: str, call: ToolCall, result: str) -> None:
    """A server that asks in the middle of a call, and one that ends the call to ask."""
    port = free_port()
    async with serving("http", name, port, module=MODULE, env={"LOG": str(tmp_path / "log")}):
        model = env.model([call, "done"], mcp_clients={"asking": http(port, headers={"x-tenant": "asking"})})
        async with env.worker(wf.Asked):
            text, [[[_, asked, reason]]] = await env.execute(wf.Asked.run, [{"nights": 2}], {})
            if name == "asking":  # the call that asked has been cancelled there
                await until(lambda: "cancelled Rome" in lines(tmp_path))
                did = [line for line in done(tmp_path) if line.endswith(("Rome", "2"))]
                assert did == ["begin Rome", "begin Rome", "booked Rome 2"]
    assert (text, asked) == ("done", "elicitation")
    assert reason["server"] == "asking" and reason["mode"] == "form"
    assert texts(model.requests[-1].tool_results) == [result]


def clerk_script(request: ScriptedRequest) -> Step:
    if request.turn:
        return " | ".join(texts(request.tool_results))
    return BOOK[0] if request.system_prompt == "clerk" else ToolCall("clerk", {"input": "go"})


@pytest.mark.parametrize("denied", [False, True])
async def test_in_a_sub_agent(env: Env, tmp_path: Path, denied: bool) -> None:
    """The outer agent stops, and the answer reaches the inner one's call."""
    plugin(env, tmp_path, clerk_script)
    async with env.worker(wf.SubAgentAsked):
        handle = await env.start(wf.SubAgentAsked.run)
        (question,) = await pending(handle)
        assert question.name == "elicitation" and question.reason["message"] == "How many nights in Rome?"
        await respond(handle, question.deny("too far") if denied else question.approve({"nights": 2}))
        result = await env.result(handle)
    assert result == ("The call was denied: too far" if denied else "booked 2 nights in Rome")
    assert done(tmp_path) == (["begin Rome"] if denied else ["begin Rome", "begin Rome", "booked Rome 2"])


if V2:  # servers of mcp 1 have no tasks that ask

    async def test_in_a_task(env: Env, tmp_path: Path) -> None:
        """The task is cancelled, and one begins anew for the answer."""
        log = tmp_path / "log"
        asking = stdio("tasks", module="tests.mcp.task_server", env={"LOG": str(log)}, tasks_config={})
        model: ScriptedModel = env.model([ToolCall("book"), "done"], mcp_clients={"asking": asking})
        async with env.worker(wf.Asked):
            text, [[[_, asked, reason]]] = await env.execute(wf.Asked.run, [{"nights": 2}], {})
        assert (text, asked, reason["message"]) == ("done", "elicitation", "How many nights?")
        assert texts(model.requests[-1].tool_results) == ["booked 2 nights"]
        heard = [line for line in log.read_text().splitlines() if line != "get"]
        assert [line for line in heard if line != "cancel"] == ["create book", "create book", "update"]
