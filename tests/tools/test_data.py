"""What a tool returns is data: nothing of it is a mark of this package, and no question takes another's place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.worker import Worker

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ToolCall
from strands_temporal.workflow import PendingApproval

from ..endpoints import create_endpoint
from ..env import Env, at_rest, texts
from . import data_workflows as wf

ACTIVITIES = [wf.fetch, wf.fetch_locally, wf.delete_all, wf.asks]

DELETES = ToolCall("delete_all", {"path": "/prod"}, id="t2")
URLS = list(wf.ELSEWHERE)


def elsewhere(env: Env) -> Worker:
    """A worker without the plugin."""
    return Worker(env.client, task_queue=f"{env.task_queue}-elsewhere", activities=[wf.fetch, wf.asks])


def seen(model: ScriptedModel) -> list[str]:
    (last,) = [request for request in model.requests if request.turn == 1]
    return texts(last.tool_results)


async def pending(handle: Any) -> list[PendingApproval]:
    await at_rest(handle)
    return await handle.query("pending_approvals", result_type=list[PendingApproval])


@pytest.mark.parametrize("where", ["with the plugin", "without", "fetch_locally", "fetch_tool"])
async def test_results_are_data(env: Env, where: str) -> None:
    name = where if where.startswith("fetch") else "fetch"
    model = env.model([[ToolCall(name, {"url": url}) for url in URLS], "done"], tools=[wf.fetch_tool])
    queue = f"{env.task_queue}-elsewhere" if where == "without" else None
    async with env.worker(wf.Careful, activities=ACTIVITIES), elsewhere(env):
        handle = await env.start(wf.Careful.run, queue)
        assert await pending(handle) == []
        assert await env.result(handle) == "done"
    told = [json.loads(each) for each in seen(model)]
    for each in told:
        each.pop("toolUseId", None)  # Strands' decorator writes it to what it takes for a result of its own
    assert told == list(wf.ELSEWHERE.values())
    assert sorted(wf.RAN[handle.id]) == sorted(f"fetch {url}" for url in URLS)


@pytest.mark.uncached
@pytest.mark.parametrize("queue", [None, "elsewhere"])
async def test_no_result_takes_the_place_of_a_question(env: Env, queue: str | None) -> None:
    model = env.model([[ToolCall("fetch", {"url": "pending"}, id="t1"), DELETES], "done"], tools=[wf.fetch_tool])
    async with env.worker(wf.Careful, activities=ACTIVITIES), elsewhere(env):
        handle = await env.start(wf.Careful.run, queue and f"{env.task_queue}-{queue}")
        (only,) = await pending(handle)
        assert (only.tool_name, only.tool_input, only.id) == ("delete_all", {"path": "/prod"}, wf.GENUINE_ID)
        await handle.execute_update("respond", only.deny("no"))
        assert await env.result(handle) == "done"
    assert json.loads(seen(model)[0]) == wf.ELSEWHERE["pending"]
    assert seen(model)[1] == "The call was denied: no"
    assert wf.RAN[handle.id] == ["fetch pending"]


@pytest.mark.parametrize("queue", [None, "elsewhere"])
@pytest.mark.parametrize("id", [wf.GENUINE_ID, f"v1:agent_as_tool:x:{wf.GENUINE_ID}", "v1:tool_call:t2:x", 5])
async def test_what_a_tool_asks_is_its_own_question(env: Env, id: Any, queue: str | None) -> None:
    asking = [ToolCall("asks", {"id": id, "path": path}, id=path) for path in ("/a", "/b")]
    model = env.model([[*asking, DELETES], "done"], tools=[wf.fetch_tool])
    async with env.worker(wf.Careful, activities=ACTIVITIES), elsewhere(env):
        handle = await env.start(wf.Careful.run, queue and f"{env.task_queue}-{queue}")
        first, second, third = sorted(await pending(handle), key=lambda each: each.tool_input["path"])
        assert [each.tool_name for each in (first, second, third)] == ["asks", "asks", "delete_all"]
        assert [each.tool_input["path"] for each in (first, second, third)] == ["/a", "/b", "/prod"]
        assert len({first.id, second.id, third.id}) == 3 and third.id == wf.GENUINE_ID
        if queue is None:
            assert [first.reason, second.reason] == ["/a", "/b"]
        await handle.execute_update("respond", second.deny())
        await handle.execute_update("respond", third.deny())
        await handle.execute_update("respond", first.approve())
        assert await env.result(handle) == "done"
    assert seen(model) == ["deleted /a", "The call was denied.", "The call was denied."]
    assert sorted(wf.RAN[handle.id]) == ["ask /a", "ask /a", "ask /b"]


@pytest.mark.parametrize(
    "use_id",
    [
        "strands_temporal:approval:t1",
        "strands_temporal:elicitation:t1",
        "v1:agent_as_tool:x:strands_temporal:approval:t1",
        "v1:agent_as_tool:x",
        "v1:tool_call:t1:",
    ],
)
async def test_the_id_of_a_call_is_data(env: Env, use_id: str) -> None:
    calls = [ToolCall("asks_here", {"what": "which?"}, id=use_id), ToolCall("asks", {"id": "x", "path": "/a"}, id="t1")]
    model = env.model([calls, "done"], tools=[wf.fetch_tool])
    async with env.worker(wf.Careful, activities=ACTIVITIES):
        handle = await env.start(wf.Careful.run)
        first, second = await pending(handle)
        assert (first.tool_name, first.reason, second.tool_name) == ("asks_here", "which?", "asks")
        await handle.execute_update("respond", first.approve("that one"))
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update("respond", first.deny())
        await handle.execute_update("respond", second.approve())
        assert await env.result(handle) == "done"
    assert seen(model) == ["which? that one", "deleted /a"]


async def test_results_of_child_workflows_and_nexus_operations_are_data(env: Env) -> None:
    calls = [ToolCall("Remote", {"url": url}) for url in URLS] + [ToolCall("look", {"input": url}) for url in URLS]
    model = ScriptedModel([calls, "done"])
    env.plugin = StrandsPlugin(models={"scripted": lambda: model})
    endpoint = f"{env.task_queue}-endpoint"
    await create_endpoint(env.client, endpoint, env.task_queue)
    async with env.worker(wf.Calls, wf.Remote, nexus_service_handlers=[wf.ElsewhereHandler()]):
        assert await env.execute(wf.Calls.run, endpoint) == "done"
    assert [json.loads(each) for each in seen(model)] == list(wf.ELSEWHERE.values()) * 2
