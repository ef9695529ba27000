"""What an agent has, it has in the next run; what the server would not take is refused with its name."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from strands.types.exceptions import ContextWindowOverflowException
from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.contrib.workflow_streams import WorkflowStreamState
from temporalio.converter import DataConverter, ExternalStorage

from strands_temporal import StrandsPlugin
from strands_temporal.testing import Fail, ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import AgentState, TurnsState

from ..env import Env
from ..fixtures.file_storage import FileStorage
from ..fixtures.providers import provider_server
from ..fixtures.responses_wire import responses
from ..model.test_model_state import stateful
from . import long_workflows as wf
from .runs import next_run, runs_of


async def carried(env: Env, kind: str, *, approve: bool = False) -> str:
    async with env.worker(wf.Carries):
        handle = await env.start(wf.Carries.run, wf.Carried(kind))
        if approve:
            await next_run(handle, handle.first_execution_run_id)
            await handle.signal(wf.Carries.approve, "yes")
        result = await env.result(handle)
    assert len(await runs_of(env, handle)) == 2
    return result


async def test_messages_state_and_stream(env: Env) -> None:
    model = env.model(wf.ANSWERS)
    assert await carried(env, "plain") == "three | {'calm': True} | 0 removed | offset 1"
    last = model.requests[-1].messages
    assert [block for each in last for block in each["content"]] == [
        {"text": "first"},
        wf.IMAGE,
        {"text": "one"},
        {"text": "second"},
        {"text": "two"},
        {"text": "last"},
    ]


async def test_the_window_goes_on(env: Env) -> None:
    def script(request: ScriptedRequest) -> Step:
        return request.text

    model = env.model(script)
    assert await carried(env, "window") == "last | {'calm': True} | 4 removed | offset 1"
    assert [block["text"] for each in model.requests[-1].messages for block in each["content"]] == [
        "second",
        "second",
        "last",
    ]


async def test_the_summary_goes_on(env: Env) -> None:
    overflow = ContextWindowOverflowException("too long")

    def script(request: ScriptedRequest) -> Step:
        if "summar" in (request.system_prompt or ""):
            return "SUMMARY"
        return Fail(overflow) if request.text == "third" and request.turn == 2 else f"to {request.text}"

    model = env.model(script)
    result = await carried(env, "summary")
    assert result.startswith("to last | {'calm': True} | ")
    assert int(result.split(" | ")[2].split()[0]) > 0
    assert model.requests[-1].messages[0]["content"] == [{"text": "SUMMARY"}]


async def test_an_approval_given_in_the_next_run_resumes_the_call(env: Env) -> None:
    def script(request: ScriptedRequest) -> Step:
        if request.text == "second":
            return ToolCall("delete", {"path": "/a"})
        return request.tool_result() if request.tool_results else "one"

    model = env.model(script)
    assert await carried(env, "interrupt", approve=True) == "yes: /a | {'calm': True} | 0 removed | offset 1"
    (result,) = model.requests[-1].tool_results
    assert (result["toolUseId"], result["status"]) == ("tooluse_1_0", "success")
    assert len(model.requests) == 3


async def test_the_response_id_of_a_stateful_model_goes_on(env: Env) -> None:
    answers = responses("resp_1", text="First."), responses("resp_2", text="Last.")
    async with provider_server(*answers) as provider:
        env.plugin = StrandsPlugin(models={"scripted": lambda: stateful(provider.url)})
        assert (await carried(env, "server_state")).startswith("Last. | {'calm': True}")
    assert [body.get("previous_response_id") for body in (request.body for request in provider.requests)] == [
        None,
        "resp_1",
    ]


@pytest.mark.uncached
async def test_too_much_fails_the_workflow_with_the_name_of_what_is_large(env: Env) -> None:
    env.model(wf.ANSWERS, payload_limit=100_000)
    async with env.worker(wf.TooMuch):
        for how, begins in {
            "state": "The state of agent 'Strands Agents' is too large to be carried into a new run: 120,",
            "messages": "Argument 3 of continue-as-new, list, is too large to be carried into a new run: 120,",
        }.items():
            handle = await env.start(wf.TooMuch.run, how, 60_000)
            with pytest.raises(WorkflowFailureError) as failed:
                await env.result(handle)
            cause: Any = failed.value.cause
            assert cause.type == "PayloadSizeError"
            assert cause.message.startswith(begins), cause.message
            assert "where 100,000 are allowed" in cause.message
            assert "[1]: 60," in cause.message and "external_storage" in cause.message
        assert await env.execute(wf.TooMuch.run, "caught", 60_000) == "PayloadSizeError, then it went"


async def test_a_run_that_carried_too_much_before_this_was_checked_replays(env: Env) -> None:
    """One of an older version, on a server or with a codec that took it: here, one without a limit."""
    env.model(wf.ANSWERS, payload_limit=1_000)
    with_limit = env.plugin
    env.model(wf.ANSWERS, payload_limit=None)
    async with env.worker(wf.Carries):
        handle = await env.start(wf.Carries.run, wf.Carried("argument"))
        assert (await env.result(handle)).startswith("one | None")
    first, _ = await runs_of(env, handle)
    env.plugin = with_limit
    await env.replay(first)


async def test_with_external_storage_it_goes_through(env: Env, tmp_path: Path) -> None:
    env.model(wf.ANSWERS)
    converter = replace(DataConverter.default, external_storage=ExternalStorage([FileStorage(tmp_path)]))
    config: Any = {**env.client.config(), "data_converter": converter}
    client = Client(**config)
    async with env.worker(wf.TooMuch, client=client):
        for how in ("state", "messages"):
            handle = await env.start(wf.TooMuch.run, how, 1_200_000, client=client)
            assert await env.result(handle) == "4 carried"


async def test_each_mistake_has_its_words(env: Env) -> None:
    env.model(wf.ANSWERS)
    words = await env.run(wf.Wrong)
    expected = [
        "AgentState.of(agent) takes a TemporalAgent, not NoneType",
        "has a SummarizingConversationManager, and this is the state of an agent with a SlidingWindow",
        "This AgentState has version 2, and this strands-temporal reads 1 to 1",
        "This state cannot be given to agent 'Strands Agents': Checkpoints with schema version '9'",
        "This TurnsState has version 2",
        "Turns(remembered=...) takes a number of 0 or more, not -1",
        "No turn is under way",
        "run_turn(agent) takes a TemporalAgent, not NoneType",
        "Turns.ask(...) is for handlers of updates",
        "is being invoked, and what it is doing would be lost",
    ]
    assert len(words) == len(expected)
    for said, part in zip(words, expected, strict=True):
        assert part in said


@pytest.mark.parametrize("converter", [DataConverter.default, pydantic_data_converter], ids=["default", "pydantic"])
async def test_the_form_is_the_same_under_both_converters(converter: DataConverter) -> None:
    state = AgentState(
        messages=[{"role": "user", "content": [{"text": "é"}, {"document": {"bytes": {"$bytes": "AAH/"}}}]}],
        state={"a": [1, 2.5, None]},
        conversation_manager={"__name__": "NullConversationManager", "removed_message_count": 0},
        interrupts={"version": 1, "refused": [], "state": {}},
        checkpoint={"position": "after_tools", "cycle_index": 3, "schema_version": "1.0"},
        stream=WorkflowStreamState(log=[], base_offset=7),
    )
    turns = TurnsState([{"id": "a", "prompt": "b"}], {"c": {"value": "d"}})
    payloads = await converter.encode([state, turns])
    assert await converter.decode(payloads, [AgentState, TurnsState]) == [state, turns]
    # Histories have this form: a field may be added, with a default, and none may go.
    assert [each.name for each in dataclasses.fields(AgentState)] == [
        "messages",
        "state",
        "conversation_manager",
        "model_state",
        "interrupts",
        "checkpoint",
        "stream",
        "version",
        "agents",
    ]
    assert [each.name for each in dataclasses.fields(TurnsState)] == ["waiting", "answers", "version"]
