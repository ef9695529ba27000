"""Local activities, child workflows and Nexus operations as tools: what the model sees, and what is recorded."""

from __future__ import annotations

import asyncio
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ToolCall

from ..endpoints import create_endpoint
from ..env import LIMIT, Env, EventType, of_type, scheduled_activities, texts, timers
from . import remote_workflows as wf

LOCAL = [wf.quick, wf.sometimes, wf.note]


async def local_results(env: Env, *calls: ToolCall) -> tuple[list[Any], Any, list[Any]]:
    model = env.model([list(calls), "done"])
    with ThreadPoolExecutor(2) as executor:
        async with env.worker(wf.UsesLocal, activities=LOCAL, activity_executor=executor):
            handle = await env.start(wf.UsesLocal.run)
            result = await env.result(handle)
    history = await handle.fetch_history()
    assert set(scheduled_activities(history)) <= {"invoke_model"} and not timers(history)
    markers = of_type(history, EventType.EVENT_TYPE_MARKER_RECORDED)
    assert wf.HOOKED[handle.id] == [f"{call.name} True" for call in calls] * (len(result))
    return model.requests[-1].tool_results, result, markers


async def test_local_activities_as_tools_and_hooks(env: Env) -> None:
    seen, result, markers = await local_results(env, ToolCall("quick", {"text": "a"}), ToolCall("quick", {}))
    assert result == ["done"]
    assert texts(seen)[0] == "a a locally" and "Field required" in texts(seen)[1]
    assert len(markers) == 3  # two hooks and one tool


@pytest.mark.parametrize(
    ("kind", "text"),
    [("transient", r'{"bytes": "{\"base64\": \"/w==\"}", "attempts": 3}'), ("final", "no such thing")],
)
async def test_errors_of_local_activities(env: Env, kind: str, text: str) -> None:
    (seen,), _, _ = await local_results(env, ToolCall("sometimes", {"kind": kind}))
    assert texts([seen]) == [text] and seen["status"] == ("error" if kind == "final" else "success")


async def test_interrupts_of_local_activities(env: Env) -> None:
    (seen,), result, _ = await local_results(env, ToolCall("sometimes", {"kind": "asks"}))
    assert result == [["ask", "{'raw': b'\\xff'}"], "done"]
    assert '"attempts": 2' in texts([seen])[0]


async def test_a_local_activity_that_the_worker_has_not(env: Env) -> None:
    (seen,), _, _ = await local_results(env, ToolCall("unregistered"))
    assert seen["status"] == "error" and "'unregistered' is not registered on the worker" in texts([seen])[0]


async def children(env: Env, *calls: ToolCall, child_id: str | None = None) -> tuple[list[Any], ScriptedModel, Any]:
    model, other = ScriptedModel([list(calls), "done"]), ScriptedModel(["an answer"])
    env.plugin = StrandsPlugin(models={"scripted": lambda: model, "other": lambda: other})
    with ThreadPoolExecutor(2) as executor:
        workflows = (wf.UsesChildren, wf.Buy, wf.Asks)
        async with env.worker(*workflows, activities=[wf.sometimes], activity_executor=executor):
            handle = await env.start(wf.UsesChildren.run, child_id)
            assert await env.result(handle) == "done"
    history = await handle.fetch_history()
    assert not timers(history)
    for event in of_type(history, EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED):
        started = event.child_workflow_execution_started_event_attributes.workflow_execution
        await env.replay(await env.client.get_workflow_handle(started.workflow_id).fetch_history())
    return model.requests[-1].tool_results, model, history


async def test_child_workflows_as_tools(env: Env) -> None:
    seen, model, history = await children(
        env,
        ToolCall("Buy", {"order": {"item": "pen", "number": 2}, "note": "quickly"}),
        ToolCall("ask_other", {"question": "why?"}),
        ToolCall("Buy", {"order": {"item": "pen", "number": 0}}),
        ToolCall("Buy", {"order": {"item": "nothing"}}),
        ToolCall("Buy", {"order": {"item": "activity"}}),
    )
    assert json.loads(texts(seen)[0]) == {"item": "pen (quickly)", "total": 5.0}
    assert texts(seen)[1] == "an answer"
    assert "order.number" in texts(seen)[2]
    assert texts(seen)[3:] == ["the shop has no nothing", "no such thing"]
    assert [each["status"] for each in seen] == ["success", "success", "error", "error", "error"]
    assert len(of_type(history, EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED)) == 4
    specs = {each["name"]: each for each in model.requests[0].tool_specs}
    assert specs["Buy"]["description"] == "Buys something, in a workflow of its own."
    schema = specs["Buy"]["inputSchema"]["json"]
    assert schema["required"] == ["order"] and schema["properties"]["note"]["description"] == "For the shop"
    assert specs["ask_other"]["description"] == "Ask another agent."


async def test_a_child_with_an_id_that_is_taken(env: Env) -> None:
    taken = f"child-{uuid.uuid4()}"
    order = ToolCall("Buy", {"order": {"item": "pen"}})
    first, second = (await children(env, order, order, child_id=taken))[0]
    assert {first["status"], second["status"]} == {"success", "error"}
    assert "already started" in "".join(texts([first, second]))


async def test_a_child_that_somebody_else_cancels_is_an_error_for_the_model(env: Env) -> None:
    model = env.model([ToolCall("Buy", {"order": {"item": "slow"}}), "done"])
    child = f"child-{uuid.uuid4()}"
    async with env.worker(wf.UsesChildren, wf.Buy, wf.Asks, activities=[wf.block]):
        handle = await env.start(wf.UsesChildren.run, child)
        await asyncio.wait_for(wf.BLOCKED.setdefault(child, asyncio.Event()).wait(), LIMIT)
        await env.client.get_workflow_handle(child).cancel()
        assert await env.result(handle) == "done"
    (seen,) = model.requests[-1].tool_results
    assert seen["status"] == "error" and "cancelled" in texts([seen])[0].lower()


async def test_cancelling_the_workflow_cancels_the_child(env: Env) -> None:
    env.model([ToolCall("Buy", {"order": {"item": "slow"}}), "not reached"])
    child = f"child-{uuid.uuid4()}"
    async with env.worker(wf.UsesChildren, wf.Buy, wf.Asks, activities=[wf.block]):
        handle = await env.start(wf.UsesChildren.run, child)
        await asyncio.wait_for(wf.BLOCKED.setdefault(child, asyncio.Event()).wait(), LIMIT)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await env.result(handle)
    assert (await handle.describe()).status == WorkflowExecutionStatus.CANCELED
    described = await env.client.get_workflow_handle(child).describe()
    assert described.status == WorkflowExecutionStatus.CANCELED


async def endpoint(env: Env) -> str:
    return await create_endpoint(env.client, f"endpoint-{uuid.uuid4()}", env.task_queue)


@pytest.mark.uncached
async def test_nexus_operations_as_tools(env: Env) -> None:
    calls = [
        ToolCall("price", {"item": "pen", "number": 2}),
        ToolCall("greet", {"input": "Ann"}),
        ToolCall("buy_it", {"item": "pen"}),
        ToolCall("price", {"number": 0}),
        ToolCall("price", {"item": "nothing"}),
        ToolCall("price", {"item": "bad"}),
    ]
    model = env.model([calls, "done"])
    async with env.worker(wf.UsesNexus, wf.Buy, nexus_service_handlers=[wf.ShopHandler()]):
        handle = await env.start(wf.UsesNexus.run, await endpoint(env))
        assert await env.result(handle) == "done"
    seen = model.requests[-1].tool_results
    assert json.loads(texts(seen)[0]) == {"item": "pen", "total": 3.0}
    assert texts(seen)[1] == "hello Ann"
    assert json.loads(texts(seen)[2]) == {"item": "pen (nexus)", "total": 2.5}
    assert "item: Field required" in texts(seen)[3] and "number" in texts(seen)[3]
    assert texts(seen)[4] == "nothing has no price"
    assert "bad order" in texts(seen)[5]
    assert [each["status"] for each in seen] == ["success"] * 3 + ["error"] * 3
    specs = {each["name"]: each for each in model.requests[0].tool_specs}
    assert specs["price"]["description"] == "Tell the price of an order."
    assert specs["price"]["inputSchema"]["json"]["properties"]["number"]["minimum"] == 1
    assert specs["greet"]["inputSchema"]["json"]["required"] == ["input"]
    assert not timers(await handle.fetch_history())


async def test_cancelling_the_workflow_cancels_the_operation(env: Env) -> None:
    env.model([ToolCall("buy_it", {"item": "slow"}), "not reached"])
    async with env.worker(wf.UsesNexus, wf.Buy, activities=[wf.block], nexus_service_handlers=[wf.ShopHandler()]):
        handle = await env.start(wf.UsesNexus.run, await endpoint(env))
        started = await env.until(handle, EventType.EVENT_TYPE_NEXUS_OPERATION_STARTED)
        assert started.nexus_operation_started_event_attributes.operation_token
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await env.result(handle)
    assert (await handle.describe()).status == WorkflowExecutionStatus.CANCELED
    assert of_type(await handle.fetch_history(), EventType.EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("queue", "local_activity_as_tool(task_queue=...) is not for local activities"),
        ("heartbeat", "Write activity_as_hook(...) for an activity with heartbeat_timeout"),
        ("local type", "local_retry_threshold=timedelta(seconds=60)"),
        ("local unknown", "unknown option 'retries'. Its activity options are: schedule_to_close_timeout"),
        ("not local", "unknown option 'local_retry_threshold'"),
        ("no workflow", "takes a class decorated with @workflow.defn, or its run method, not quick"),
        ("cron", "unknown option 'cron_schedule'. Its child workflow options are"),
        ("child type", "run_timeout=timedelta(seconds=60)"),
        ("operation", "like MyService.my_operation"),
        ("description", "Write description='...'"),
        ("service", "takes a class decorated with @nexusrpc.service"),
        ("endpoint", "the name of a Nexus endpoint"),
        ("nexus option", "Its Nexus operation options are: schedule_to_close_timeout"),
    ],
)
async def test_what_is_refused(env: Env, kind: str, words: str) -> None:
    env.model([])
    said = await env.run(wf.MakesRemote, kind)
    assert words in said, said
