"""Agents that are tools have in the next run what they would have in the same one."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import AgentState

from ..approvals.asking import pending
from ..env import Env
from ..fixtures.providers import provider_server
from ..fixtures.responses_wire import responses
from ..model.test_model_state import stateful
from . import sub_agent_workflows as wf
from .runs import next_run, runs_of


@pytest.mark.uncached
async def test_the_models_see_what_they_see_in_one_run(env: Env) -> None:
    model = env.model(wf.asks_all)
    results: list[Any] = []
    async with env.worker(wf.Team):
        for leaves in (True, False):
            handle = await env.start(wf.Team.run, wf.Going(leaves, ["one", "two", "three"]))
            results.append(await env.result(handle))
            assert len(await runs_of(env, handle)) == (3 if leaves else 1)
    clerk = "clerk(archivist: {}, temp: 1)"  # the clerk and the temp begin anew, and the archivist does not
    assert (
        results[0]
        == results[1]
        == [
            *(f"chief(researcher(librarian: {n}), {clerk.format(n)})" for n in (1, 2, 3)),
            "3",
        ]
    )
    half = len(model.requests) // 2
    for name in ("chief", "researcher", "librarian", "clerk", "archivist", "temp"):
        seen, in_one = (
            [each.messages for each in requests if each.system_prompt == name]
            for requests in (model.requests[:half], model.requests[half:])
        )
        assert seen == in_one and len(seen) >= 3


def janitor(request: ScriptedRequest) -> Step:
    if request.tool_results:
        return " | ".join(request.tool_result(n).strip() for n in range(len(request.tool_results)))
    if request.system_prompt != "j":
        return ToolCall("janitor", {"input": request.text})
    return "hello" if request.text == "hello" else ToolCall("delete", {"path": "/a"})


@pytest.mark.parametrize("keeps", [True, False])
async def test_what_a_sub_agent_asks_is_answered_in_the_next_run(env: Env, keeps: bool) -> None:
    model = env.model(janitor)
    async with env.worker(wf.AsksInside):
        handle = await env.start(wf.AsksInside.run, wf.Asking(keeps))
        (asked,) = await pending(handle)
        await handle.signal(wf.AsksInside.leave)
        await next_run(handle, handle.first_execution_run_id)
    async with env.worker(wf.AsksInside):  # a worker that knows nothing of it
        assert await pending(handle) == [asked]
        await handle.execute_update("respond", asked.approve("yes"))
        assert await env.result(handle) == "yes: /a"
    assert len(await runs_of(env, handle)) == 2
    last = [each for each in model.requests if each.system_prompt == "j"][-1]
    texts = [block["text"] for each in last.messages for block in each["content"] if "text" in block]
    assert texts == (["hello", "hello", "clean up"] if keeps else ["clean up"])
    assert last.tool_results[0]["status"] == "success"


async def test_what_a_sub_agents_model_keeps_at_its_provider(env: Env) -> None:
    def script(request: ScriptedRequest) -> Step:
        return request.tool_result() if request.tool_results else ToolCall("clerk", {"input": "hi"})

    answers = responses("resp_1", text="First."), responses("resp_2", text="Last.")
    async with provider_server(*answers) as provider:
        env.plugin = StrandsPlugin(
            models={"scripted": lambda: ScriptedModel(script), "stateful": lambda: stateful(provider.url)}
        )
        async with env.worker(wf.Stateful):
            handle = await env.start(wf.Stateful.run)
            assert await env.result(handle) == ["Last.", "clerk"]
    assert len(await runs_of(env, handle)) == 2
    assert [each.body.get("previous_response_id") for each in provider.requests] == [None, "resp_1"]


async def test_agents_that_are_tools_of_each_other(env: Env) -> None:
    env.model(wf.asks_all)
    async with env.worker(wf.Loop):
        handle = await env.start(wf.Loop.run)
        assert await env.result(handle) == ["second"]


async def test_too_much_of_a_sub_agent_is_named(env: Env) -> None:
    env.model(wf.asks_all, payload_limit=10_000)
    async with env.worker(wf.Loop):
        handle = await env.start(wf.Loop.run)
        with pytest.raises(WorkflowFailureError) as failed:
            await env.result(handle)
    assert "Its largest parts: agents.second.messages[0]: 20,0" in str(failed.value.cause)


@pytest.mark.parametrize("converter", [DataConverter.default, pydantic_data_converter], ids=["default", "pydantic"])
async def test_the_form(converter: DataConverter) -> None:
    """Under both converters; and a state of a version that knew no agents."""
    inner = AgentState(
        [{"role": "user", "content": [{"text": "é"}]}], agents={"c": AgentState([], model_state={"a": 1})}
    )
    state = AgentState([], agents={"b": inner})
    payloads = await converter.encode([state])
    assert await converter.decode(payloads, [AgentState]) == [state]
    payloads[0].data = b'{"messages": [], "state": {"a": 1}, "version": 1}'
    assert await converter.decode(payloads, [AgentState]) == [AgentState([], {"a": 1})]
