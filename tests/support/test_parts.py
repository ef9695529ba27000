"""Smaller parts of Strands: executors, handlers, the order of hooks, the ledger, plugins of graphs."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from strands_temporal.testing import Reply, ScriptedRequest, Step, ToolCall

from ..env import Env, EventType, of_type, texts
from . import part_workflows as wf

BOTH = Reply([ToolCall("look_up", {"word": "ash"}, id="a"), ToolCall("look_up", {"word": "oak"}, id="b")])


@pytest.mark.parametrize("sequential", [True, False])
async def test_executors_run_the_tools_of_a_reply_in_turn_or_side_by_side(env: Env, sequential: bool) -> None:
    env.model(lambda request: "; ".join(texts(request.tool_results)) if request.tool_results else BOTH)
    async with env.worker(wf.Executes, activities=[wf.look_up]):
        handle = await env.start(wf.Executes.run, sequential)
        assert await env.result(handle) == "ash is found; oak is found\n"
    history = await handle.fetch_history()
    events = of_type(
        history, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
    )
    kinds = ["S" if each.HasField("activity_task_scheduled_event_attributes") else "C" for each in events]
    model, tools = kinds[:2], kinds[2:-2]
    assert model == ["S", "C"] and tools == (["S", "C", "S", "C"] if sequential else ["S", "S", "C", "C"])
    await env.check_histories()


async def test_callback_handlers_hear_the_text(env: Env) -> None:
    env.model(["it is said"])
    async with env.worker(wf.Handled):
        assert await env.execute(wf.Handled.run) == "it is said"
    await env.check_histories()


async def test_hooks_are_called_in_their_order(env: Env) -> None:
    env.model(["done"])
    async with env.worker(wf.Ordered):
        assert await env.execute(wf.Ordered.run) == ["first", "middle", "last"]
    await env.check_histories()


@pytest.mark.uncached
async def test_the_ledger_steers_and_its_times_are_the_workflows(env: Env) -> None:
    def script(request: ScriptedRequest) -> Step:
        results = [block for message in request.messages for block in message["content"] if "toolResult" in block]
        return (
            request.tool_result() if len(results) == 2 else ToolCall("look_up", {"word": "ash"}, id=f"{len(results)}")
        )

    env.model(script)
    async with env.worker(wf.Ledger, activities=[wf.look_up]):
        handle = await env.start(wf.Ledger.run)
        await env.until(handle, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
        times = None
        while times is None:
            times = await handle.query(wf.Ledger.times)
    async with env.worker(wf.Ledger, activities=[wf.look_up]):  # another worker, which replays
        assert await handle.query(wf.Ledger.times) == times
        await handle.signal(wf.Ledger.finish)
        assert "ash was looked up already" in await env.result(handle)
    assert [each["status"] for each in times["tool_calls"]] == ["success", "error"]


async def test_plugins_of_graphs(env: Env) -> None:
    env.model(lambda request: f"read: {request.text[:10]}")
    async with env.worker(wf.Plugged):
        assert await env.execute(wf.Plugged.run) == ["writer", "editor"]
    await env.check_histories()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("docker", ["DockerSandbox", "StrandsPlugin(sandboxes=", "TemporalSandbox('NAME')"]),
        ("ssh", ["SshSandbox", "StrandsPlugin(sandboxes=", "TemporalSandbox('NAME')"]),
        ("configuration", ["BedrockModel", "TemporalAgent"]),
    ],
)
async def test_refused_when_it_is_made(env: Env, what: str, words: list[str]) -> None:
    env.model(["never asked"])
    async with env.worker(wf.Refused):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Refused.run, what)
    assert isinstance(failure.value.cause, ApplicationError)
    for each in words:
        assert each in failure.value.cause.message
    await env.check_histories()
