"""An AgentResult that leaves a workflow arrives whole, and what cannot be recorded of one is named."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from strands import Agent
from strands.agent.agent_result import AgentResult
from strands.interrupt import Interrupt
from strands.telemetry.metrics import EventLoopMetrics, Trace
from temporalio.client import (
    Client,
    WorkflowFailureError,
    WorkflowHistory,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError

from strands_temporal import StrandsPlugin
from strands_temporal._results import output_class
from strands_temporal._results.converter import StrandsPayloadConverter
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, EventType, of_type
from ..replay.test_histories import ROOT as HISTORIES
from . import result_workflows as wf


@pytest_asyncio.fixture
async def typed(env: Env) -> Client:
    """A client with the plugin, and so with its converter; that of the tests has none."""
    return await Client.connect(env.client.service_client.config.target_host, plugins=[StrandsPlugin()])


VERDICT = {"guilty": False, "reasons": ["no proof"]}


def script(request: ScriptedRequest) -> Step:
    """Look twice at once, then give a verdict; as a tool's call where that is asked for."""
    if request.turn == 0:
        return [
            {"reasoningContent": {"redactedContent": b"\xff\x00secret"}},
            ToolCall("look", {"at": "the door"}),
            ToolCall("look", {"at": "the key"}),
        ]
    names = [spec["name"] for spec in request.tool_specs]
    verdict = next((name for name in names if name.endswith("Verdict")), None)
    words = [{"reasoningContent": {"redactedContent": b"\xfe"}}, "Not ", "guilty."]
    return ToolCall(verdict, VERDICT) if verdict else words


def shape(trace: Trace) -> list[Any]:
    """A trace without ids and times."""
    names = {"metadata": {key: value for key, value in trace.metadata.items() if not key.endswith("_id")}}
    return [trace.name, names, plain(trace.message), [shape(each) for each in trace.children]]


def plain(message: Any) -> Any:
    return message and [message["role"], message["content"]]


def whole(result: AgentResult) -> dict[str, Any]:
    """All of a result but ids and times, which differ from run to run."""
    metrics = result.metrics
    output = result.structured_output
    return {
        "text": str(result),
        "stop_reason": result.stop_reason,
        "message": plain(result.message),
        "usage in the message": result.message.get("metadata", {}).get("usage"),
        "state": result.state,
        "interrupts": result.interrupts,
        "structured_output": output and [type(output).__name__, output.model_dump()],
        "checkpoint": result.checkpoint,
        "cycles": [metrics.cycle_count, len(metrics.cycle_durations)],
        "tools": {
            name: [each.tool["name"], each.call_count, each.success_count, each.error_count]
            for name, each in metrics.tool_metrics.items()
        },
        "usage": [metrics.accumulated_usage, metrics.accumulated_metrics],
        "invocations": [[each.usage, [cycle.usage for cycle in each.cycles]] for each in metrics.agent_invocations],
        "traces": [shape(each) for each in metrics.traces],
        "sizes": [result.context_size, result.projected_context_size],
        "summary": sorted(metrics.get_summary()),
    }


@pytest.mark.parametrize("kind", ["plain", "structured", "interrupt", "cancelled", "local class"])
async def test_the_client_gets_all_of_it(env: Env, typed: Client, kind: str) -> None:
    env.model(script)
    async with env.worker(wf.ReturnsResult):
        handle = await env.start(wf.ReturnsResult.run, kind, client=typed)
        result = await env.result(handle)
    outside = await wf.judged(Agent, ScriptedModel(script), kind)
    assert type(result) is AgentResult and type(result.metrics) is EventLoopMetrics
    assert all(type(each) is Trace for each in result.metrics.traces)
    assert whole(result) == whole(outside)
    if kind == "interrupt":
        assert [type(each) for each in result.interrupts or []] == [Interrupt, Interrupt]
        assert result.interrupts and result.interrupts[0].reason == {"tool": "look", "raw": b"\xfe"}
    elif kind != "cancelled":
        assert result.state["seen"] == ["the door", "the key"]
        assert result.state["note"] == {"raw": b"\xff\x00", "deep": {"half": "\ud83d"}}
        assert result.metrics.tool_metrics["look"].call_count == 2 and len(result.metrics.traces) == 2
    if kind == "plain":
        assert result.message["content"][0] == {"reasoningContent": {"redactedContent": b"\xfe"}}
    if kind == "structured":
        assert type(result.structured_output) is wf.Verdict
    if kind == "local class":  # nobody else knows it: its name and its fields arrive all the same
        assert not isinstance(result.structured_output, wf.Verdict)
        output: Any = result.structured_output
        assert output.reasons == ["no proof"] and json.loads(str(result)) == VERDICT


@pytest.mark.uncached
async def test_updates_queries_activities_and_child_workflows(env: Env, typed: Client) -> None:
    env.model(script)
    async with env.worker(wf.ResultsEverywhere, wf.Child, activities=[wf.summarize, wf.echo]):
        handle = await env.start(wf.ResultsEverywhere.run, client=typed)
        assert await handle.query(wf.ResultsEverywhere.last) is None
        updated = await handle.execute_update(wf.ResultsEverywhere.turn, "judge")
        queried = await handle.query(wf.ResultsEverywhere.last)
        await handle.signal(wf.ResultsEverywhere.end)
        assert await env.result(handle) == ["AgentResult Verdict 2 tool_use", "case 0: True", "case 1: True"]
    outside = await wf.judged(Agent, ScriptedModel(script), "structured")
    assert type(updated) is type(queried) is AgentResult
    assert type(updated.structured_output) is type(queried.structured_output) is wf.Verdict
    assert whole(updated) == whole(queried) == whole(outside)
    assert [each.id for each in updated.metrics.traces] == [each.id for each in queried.metrics.traces]


def pockets(request: ScriptedRequest) -> Step:
    return "done" if request.turn else ToolCall("pocket")


UNWRITABLE = ["The AgentResult cannot be recorded", "state['held']['things'][1] (of type object)", "str(result)"]


async def test_state_that_cannot_be_written_fails_the_workflow_and_is_named(env: Env) -> None:
    env.model(pockets)
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(wf.ReturnsResult, "plain")
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == "InvalidArgumentError"
    assert all(words in cause.message for words in UNWRITABLE), cause.message


async def test_it_fails_an_update_a_query_and_the_workflow_that_passes_it_on(env: Env, typed: Client) -> None:
    env.model(pockets)
    async with env.worker(wf.ResultsEverywhere, wf.Child, activities=[wf.summarize, wf.echo]):
        handle = await env.start(wf.ResultsEverywhere.run, client=typed)
        with pytest.raises(WorkflowUpdateFailedError) as update:
            await handle.execute_update(wf.ResultsEverywhere.turn, "plain")
        with pytest.raises(WorkflowQueryFailedError) as query:
            await handle.query(wf.ResultsEverywhere.last)
        await handle.signal(wf.ResultsEverywhere.end)
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
    for error in (update.value.cause, query.value, failure.value.cause):
        assert all(words in str(error) for words in UNWRITABLE), error
    assert not of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)[2:]


async def test_a_result_that_is_too_large_fails_the_workflow_and_says_what_is_large(env: Env) -> None:
    env.model(["x" * 3000], payload_limit=6000)
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(wf.ReturnsResult, "plain")
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == "PayloadSizeError" and cause.non_retryable
    for words in ["6,000 are allowed", "message with 3,", "metrics with ", "max_metrics_invocations=1"]:
        assert words in cause.message, cause.message


async def test_a_converter_of_the_users_own_that_does_not_take_it_is_named(env: Env) -> None:
    own = replace(DataConverter.default, payload_converter_class=wf.OwnConverter)
    client = await Client.connect(env.client.service_client.config.target_host, data_converter=own)
    env.model(script)
    async with env.worker(wf.ReturnsResult, client=client):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.ReturnsResult.run, "structured", client=client)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == "InvalidArgumentError"
    for words in ["a converter of your own", "Trace is not JSON serializable", "result.structured_output"]:
        assert words in cause.message, cause.message


async def test_a_result_in_a_field_of_a_dataclass_fails_the_workflow(env: Env) -> None:
    env.model(script)
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(wf.InAField)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and "not in a field of an object" in cause.message


@pytest.mark.parametrize("converter", [DataConverter.default, pydantic_data_converter], ids=["default", "pydantic"])
async def test_a_client_without_the_plugin_gets_no_half_of_it(env: Env, converter: DataConverter) -> None:
    client = await Client.connect(env.client.service_client.config.target_host, data_converter=converter)
    env.model(script)
    async with env.worker(wf.ReturnsResult):
        handle = await env.start(wf.ReturnsResult.run, "structured", client=client)
        with pytest.raises((TypeError, RuntimeError)):
            await env.result(handle)
        untyped = client.get_workflow_handle(handle.id)
        written: Any = await untyped.result()
    assert written["strandsTemporalAgentResult"]["structured_output"]["value"] == VERDICT
    with_plugin = await Client.connect(
        client.service_client.config.target_host, data_converter=converter, plugins=[StrandsPlugin()]
    )
    again = with_plugin.get_workflow_handle_for(wf.ReturnsResult.run, handle.id)
    assert (await again.result()).structured_output == wf.Verdict(**VERDICT)


async def test_results_that_past_versions_recorded_are_read() -> None:
    """What is in a history is read for ever, by clients and by workflows that are replayed."""
    for path in sorted(HISTORIES.glob("*/agent_result.json")):
        history = WorkflowHistory.from_json("agent_result", path.read_text())
        payloads = history.events[-1].workflow_execution_completed_event_attributes.result.payloads
        (result,) = StrandsPayloadConverter().from_payloads(payloads, [AgentResult])
        assert result.structured_output == wf.Verdict(**VERDICT)
        assert result.state["note"]["raw"] == b"\xff\x00" and result.metrics.cycle_count == 2
        assert [each.name for each in result.metrics.traces] == ["Cycle 1", "Cycle 2"]


def test_a_class_that_is_not_loaded_gets_a_stand_in_of_its_name() -> None:
    unknown = {"module": "nowhere.at_all", "name": "Outer.PersonInfo"}
    person: Any = output_class.instance(unknown, '{"name": "Ann", "tags": [{"a": 1}]}')
    assert type(person).__name__ == "PersonInfo" and person.name == "Ann"
    assert person.model_dump() == {"name": "Ann", "tags": [{"a": 1}]}
    items: Any = output_class.instance(unknown, "[1, 2]")
    assert items.root == [1, 2]
    # A name that leads to something else than a model of pydantic is never called.
    other = output_class.instance({"module": "os", "name": "system"}, '{"command": "true"}')
    assert type(other).__name__ == "system" and other.model_dump() == {"command": "true"}
