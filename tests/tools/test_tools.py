"""Every kind of tool: what the model was offered, what it saw of the result, and where the tool ran."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from strands import tool
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import CancelledError

from strands_temporal.testing import ScriptedModel, ToolCall
from strands_temporal.workflow import activity_as_tool

from ..env import LIMIT, Env, EventType, of_type, scheduled_activities, texts
from . import tool_workflows as wf

ACTIVITIES = [
    wf.ship,
    wf.no_arguments,
    wf.Shop("shop").stock,
    wf.picture,
    wf.slow,
    wf.calculator_activity,
    wf.environment_activity,
]


async def results(env: Env, *calls: ToolCall) -> tuple[list[Any], ScriptedModel, list[str]]:
    """The tool results that the model saw, and the activities that ran."""
    model = env.model([list(calls), "done"])
    with ThreadPoolExecutor(2) as executor:
        async with env.worker(wf.AllTools, activities=[*ACTIVITIES, wf.sync_activity], activity_executor=executor):
            handle = await env.start(wf.AllTools.run, "go")
            assert await env.result(handle) == "done"
    activities = scheduled_activities(await handle.fetch_history())
    (last,) = {len(request.messages): request for request in model.requests if request.turn == 1}.values()
    return last.tool_results, model, [name for name in activities if name != "invoke_model"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (ToolCall("sync_tool", {"text": "x"}), "sync x"),
        (ToolCall("async_tool", {"text": "x"}), "async x"),
        (ToolCall("context_tool"), "toolbox context_tool Ann"),
        (ToolCall("generator_tool", {"number": 3}), '{"sum": 3}'),
        (ToolCall("add", {"number": 5}), "15"),
        (ToolCall("module_tool", {"text": "x"}), "module x"),
    ],
)
async def test_tools_in_the_workflow(env: Env, call: ToolCall, expected: str) -> None:
    seen, _, activities = await results(env, call)
    assert texts(seen) == [expected] and seen[0]["status"] == "success"
    assert activities == []


@pytest.mark.uncached
async def test_wrapped_strands_tools(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREETING", "hello from the worker")
    seen, _, activities = await results(
        env,
        ToolCall("calculator_activity", {"expression": "6 * 7"}),
        ToolCall("environment_activity", {"action": "get", "name": "GREETING"}),
    )
    assert [each["status"] for each in seen] == ["success", "success"]
    calculated, variable = texts(seen)
    assert "42" in calculated and "hello from the worker" in variable
    assert activities == ["calculator_activity", "environment_activity"]


async def test_tool_stream_events(env: Env) -> None:
    env.model([ToolCall("generator_tool", {"number": 3}), "done"])
    assert await env.run(wf.StreamsTools) == ["step 0", "step 1", "step 2"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            ToolCall("ship", {"order": {"item": "pens", "number": 2}, "to": {"street": "Rue A"}}),
            {"street": "2 pens to Rue A", "city": "paris"},
        ),
        (
            ToolCall("ship", {"order": {"item": "pen"}, "to": {"street": "B", "city": "Oslo"}, "fast": True}),
            {"street": "1 pen to B", "city": "Oslo"},
        ),
        (ToolCall("look_up", {"word": "go"}), ["go-None-0", "go-None-1", "go-None-2"]),
        (ToolCall("look_up", {"word": "go", "limit": "1", "kind": "verb"}), ["go-verb-0"]),
        (ToolCall("no_arguments"), None),
    ],
)
async def test_arguments_of_activity_tools(env: Env, call: ToolCall, expected: Any) -> None:
    seen, _, activities = await results(env, call)
    assert json.loads(texts(seen)[0]) == expected
    assert activities == [call.name]


async def test_method_with_a_parameter_named_agent(env: Env) -> None:
    seen, _, _ = await results(env, ToolCall("stock", {"agent": "Smith"}))
    assert texts(seen) == ["shop for Smith"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (ToolCall("look_up", {"word": "go", "limit": 9}), ["limit", "less than or equal to 5"]),
        (ToolCall("look_up", {}), ["word", "required"]),
        (ToolCall("ship", {"order": {}, "to": {"street": "B"}}), ["order.item", "required"]),
        (ToolCall("look_up", ["not", "an", "object"]), ["must be an object"]),
    ],
)
async def test_wrong_arguments_never_reach_the_activity(env: Env, call: ToolCall, words: list[str]) -> None:
    seen, _, activities = await results(env, call)
    assert activities == []
    assert seen[0]["status"] == "error"
    assert all(word in texts(seen)[0] for word in words), texts(seen)


IMAGE = {
    "status": "success",
    "content": [
        {"text": "a picture"},
        {"image": {"format": "png", "source": {"bytes": wf.PNG}}},
        {"document": {"format": "pdf", "name": "doc", "source": {"bytes": b"%PDF\xff"}}},
        {"json": {"a": [1, None]}},
    ],
}


@pytest.mark.parametrize(
    ("kind", "content", "status"),
    [
        ("image", IMAGE["content"], "success"),
        ("refused", [{"text": "no picture today"}], "error"),
        ("text", [{"text": "grün €"}], "success"),
        ("utf8", [{"text": "grün €"}], "success"),
        ("bytes", [{"text": '{"base64": "AP8="}'}], "success"),
        ("broken text", [{"text": "half \ud83d"}], "success"),
        ("nested bytes", [{"text": '{"data": ["{\\"base64\\": \\"/w==\\"}"]}'}], "success"),
        ("json", [{"text": '{"a": [1, 2.5, null, true], "ü": "é"}'}], "success"),
        ("none", [{"text": "null"}], "success"),
        ("nan", [{"text": "Infinity"}], "success"),
    ],
)
async def test_results_of_activity_tools_are_lossless(env: Env, kind: str, content: Any, status: str) -> None:
    seen, _, _ = await results(env, ToolCall("picture", {"kind": kind}))
    assert seen == [{"toolUseId": "tooluse_0_0", "status": status, "content": content}]


async def test_parallel_calls_run_in_parallel(env: Env) -> None:
    seen, _, activities = await results(env, ToolCall("slow", {"name": "a"}), ToolCall("slow", {"name": "b"}))
    assert texts(seen) == ["a met", "b met"]
    assert activities == ["slow", "slow"]


async def test_unknown_tool_is_told_to_the_model(env: Env) -> None:
    seen, _, _ = await results(env, ToolCall("no_such_tool"))
    assert texts(seen) == ["Unknown tool: no_such_tool"] and seen[0]["status"] == "error"


async def test_what_the_model_is_offered(env: Env) -> None:
    _, model, _ = await results(env, ToolCall("sync_tool", {"text": "x"}))
    specs = {spec["name"]: spec for spec in model.requests[0].tool_specs}
    look_up = specs["look_up"]["inputSchema"]["json"]
    assert specs["look_up"]["description"] == "Look up a word."
    assert look_up["required"] == ["word"]
    properties = look_up["properties"]
    assert properties["word"] == {"description": "The word to look up", "type": "string"}
    assert properties["limit"]["maximum"] == 5 and properties["limit"]["description"] == "How many results"
    assert properties["limit"]["default"] == 3 and properties["kind"]["enum"] == ["noun", "verb"]
    assert specs["ship"]["description"] == "Ship an order."
    assert set(specs["ship"]["inputSchema"]["json"]["properties"]) == {"order", "to", "fast"}
    assert list(specs["stock"]["inputSchema"]["json"]["properties"]) == ["agent"]


def test_schema_is_that_of_strands_for_the_same_function() -> None:
    def ship(order: wf.Order, to: wf.Address, fast: bool = False, note: str | None = None) -> None:
        """Ship an order.

        Args:
            order: What to ship.
            to: Where to.

        Returns:
            Nothing.
        """

    from temporalio import activity

    assert activity_as_tool(activity.defn(ship)).tool_spec == tool(ship).tool_spec


async def test_interrupt_of_an_activity_tool_stops_the_agent(env: Env) -> None:
    env.model(lambda request: request.tool_result() if request.turn else ToolCall("delete_file", {"path": "/a"}))
    async with env.worker(wf.Approves, activities=[wf.delete_file]):
        handle = await env.start(wf.Approves.run, "/a")
        seen = await env.result(handle)
    assert seen == [
        "delete:/a",
        "approval",
        "{'delete': '/a', 'raw': b'\\xff'}",
        "deleted /a at call 2, attempt 1",
    ]
    history = await handle.fetch_history()
    assert scheduled_activities(history).count("delete_file") == 2
    assert not of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED)


async def test_interrupt_of_an_activity_that_is_no_tool_is_a_failure(env: Env) -> None:
    async with env.worker(wf.CallsNoTool, activities=[wf.delete_file]):
        handle = await env.start(wf.CallsNoTool.run)
        assert await env.result(handle) == ["StrandsInterrupt", "delete:/b", True]
    assert scheduled_activities(await handle.fetch_history()) == ["delete_file"]


async def test_cancelling_the_workflow_cancels_a_sync_activity_tool(env: Env) -> None:
    env.model([ToolCall("sync_and_long"), "not reached"])
    with ThreadPoolExecutor(2) as executor:
        options: Any = {
            "activity_executor": executor,
            "max_heartbeat_throttle_interval": timedelta(milliseconds=50),
            "default_heartbeat_throttle_interval": timedelta(milliseconds=50),
        }
        async with env.worker(wf.CallsLongTool, activities=[wf.sync_and_long], **options):
            handle = await env.start(wf.CallsLongTool.run)
            await asyncio.to_thread(wf.RUNNING.setdefault(handle.id, threading.Event()).wait, LIMIT)
            await handle.cancel()
            with pytest.raises(WorkflowFailureError) as failure:
                await env.result(handle)
    assert isinstance(failure.value.cause, CancelledError)
    history = await handle.fetch_history()
    assert of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED)
    assert of_type(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED)
