"""Structured output in workflows: every way to ask for it, what the model sees, and the type that the client gets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import pytest_asyncio
from pydantic.warnings import PydanticDeprecatedSince20
from strands import Agent
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env
from . import output_workflows as wf

WAYS = [
    "of the agent",
    "of the call",
    "of the call, not of the agent",
    "of a sync call",
    "structured_output_async",
    "structured_output",
]


@pytest_asyncio.fixture
async def typed(env: Env) -> Client:
    """A client with the plugin, and so with its converter; that of the tests has none."""
    return await Client.connect(env.client.service_client.config.target_host, plugins=[StrandsPlugin()])


@pytest.mark.parametrize("way", WAYS)
async def test_the_client_gets_the_model_that_the_workflow_returns(env: Env, typed: Client, way: str) -> None:
    model = env.model([ToolCall("Order", wf.ORDER)])
    async with env.worker(wf.OrderWorkflow):
        order = await env.execute(wf.OrderWorkflow.run, way, client=typed)
        with pytest.warns(PydanticDeprecatedSince20):  # of Temporal's own converter, that of a client without plugin
            by_another_client = await env.execute(wf.OrderWorkflow.run, way)
    assert type(order) is wf.Order and order == by_another_client
    assert type(order.pet) is wf.Dog and order.colour is wf.Colour.BLUE and type(order.boxes[1]) is wf.Box[int]
    assert order.due == date(2026, 11, 21) and order.price == Decimal("12.50") and order.customer.name == "Ann"
    outside = ScriptedModel([ToolCall("Order", wf.ORDER)])
    assert order == await wf.ordered(Agent, outside, "of the agent")
    if "structured_output" in way:
        return  # Strands leaves it to the model how to ask for it
    (offered,) = model.requests[0].tool_specs
    assert offered == outside.requests[0].tool_specs[0]
    assert set(offered["inputSchema"]["json"]["properties"]["pet"]["discriminator"]["mapping"]) == {"cat", "dog"}


async def test_a_generic_model_has_a_name_of_its_own(env: Env, typed: Client) -> None:
    env.model([ToolCall("Wrapped", {"content": {"fullName": "Ann"}})])
    async with env.worker(wf.WrappedWorkflow):
        output = await env.execute(wf.WrappedWorkflow.run, client=typed)
    assert type(output) is wf.Wrapped and output.content == wf.Person(fullName="Ann")


async def test_the_model_sees_why_its_output_is_not_valid_and_corrects_it(env: Env, typed: Client) -> None:
    wrong = {**wf.ORDER, "customer": {"fullName": "Ann", "age": -1}, "pet": {"kind": "cow"}, "colour": "green"}

    def script(request: ScriptedRequest) -> Step:
        return ToolCall("Order", wrong if request.turn == 0 else wf.ORDER)

    model = env.model(script)
    async with env.worker(wf.OrderWorkflow):
        order = await env.execute(wf.OrderWorkflow.run, "of the agent", client=typed)
    assert order.customer.age == 7 and len(model.requests) == 2
    (told,) = model.requests[1].tool_results
    assert told["status"] == "error"
    for words in [
        "Validation failed for Order",
        "Field 'customer -> age': Value error, nobody is that young",
        "Field 'pet': Input tag 'cow'",
        "Field 'colour': Input should be 'red' or 'blue'",
    ]:
        assert words in told["content"][0]["text"], told


@pytest.mark.parametrize("of_the_call", [False, True], ids=["of the agent", "of the call"])
async def test_structured_output_prompt(env: Env, typed: Client, of_the_call: bool) -> None:
    model = env.model(["It is Ann.", ToolCall("Person", {"fullName": "Ann"})])
    async with env.worker(wf.AsksInOwnWords):
        assert await env.execute(wf.AsksInOwnWords.run, of_the_call, client=typed) == wf.Person(fullName="Ann")
    assert [request.text for request in model.requests] == ["who?", "Fill in the form."]
    assert [request.tool_choice for request in model.requests] == [None, {"tool": {"name": "Person"}}]


@pytest.mark.uncached
async def test_a_model_that_gives_no_output_fails_the_workflow(env: Env) -> None:
    model = env.model(["It is Ann.", "I said so."])
    async with env.worker(wf.AsksInOwnWords):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.AsksInOwnWords.run, True)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == "StructuredOutputException"
    assert cause.message.startswith("Agent 'Strands Agents': The model ")
    assert len(model.requests) == 2


async def test_a_stream_yields_the_output(env: Env) -> None:
    replies: list[Step] = [ToolCall("Order", {}), ToolCall("Order", wf.ORDER)]
    env.model(replies)
    events = await env.run(wf.StreamsOutput)
    assert events == await wf.streamed(Agent, ScriptedModel(replies))
    assert events[-1] == "result 12.50" and events.count("output Ann blue") == 1


async def test_output_that_cannot_be_written_fails_the_workflow(env: Env) -> None:
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(wf.ReturnsWhatCannotBeWritten)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == "InvalidArgumentError"
    assert "a Live, cannot be recorded" in cause.message and "object" in cause.message
