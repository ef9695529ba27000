"""The plugin on the client, on the worker or on both, under whatever converter: the same outcome."""

from __future__ import annotations

import asyncio
import uuid
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter
from temporalio.worker import Worker

from strands_temporal import StrandsPlugin
from strands_temporal._results.converter import StrandsPayloadConverter
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, EventType, of_type, scheduled_activities
from . import layout_workflows as wf


def script(request: ScriptedRequest) -> Step:
    return request.tool_result() if request.turn else ToolCall("erase", {"path": "/a"})


def own(**changes: Any) -> DataConverter:
    return replace(DataConverter.default, **changes)


LAYOUTS: dict[str, Callable[[StrandsPlugin], tuple[list[Any], list[Any]]]] = {
    "client": lambda plugin: ([plugin], []),
    "worker": lambda plugin: ([], [plugin]),
    "both": lambda plugin: ([plugin], [plugin]),
    "a second plugin on the client": lambda plugin: ([StrandsPlugin()], [plugin]),
    "a second plugin on the worker": lambda plugin: ([plugin], [StrandsPlugin()]),
}

CONVERTERS = {
    "default": DataConverter.default,
    "own payloads": own(payload_converter_class=wf.OwnPayloadConverter),
    "own failures": own(failure_converter_class=wf.ForgetfulFailureConverter),
    "own both": own(
        payload_converter_class=wf.OwnPayloadConverter, failure_converter_class=wf.ForgetfulFailureConverter
    ),
}


@pytest.mark.parametrize("converter", CONVERTERS.values(), ids=CONVERTERS)
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
async def test_every_layout_and_converter(env: Env, layout: Any, converter: DataConverter) -> None:
    await check(env, layout, converter)


@pytest.mark.uncached(1)
@pytest.mark.parametrize("name", ["default", "own payloads"])  # an own failure converter may leave nothing to know
async def test_interrupt_in_a_tool_whose_worker_has_no_plugin(env: Env, name: str) -> None:
    """Its fields are lost there, but the agent stops all the same."""
    converter = CONVERTERS[name]
    await check(env, LAYOUTS["worker"], converter, tool_worker_without_plugin=True)


async def check(env: Env, layout: Any, converter: DataConverter, tool_worker_without_plugin: bool = False) -> None:
    model = env.model(script)
    on_client, on_worker = layout(env.plugin)
    address = env.client.service_client.config.target_host
    client = await Client.connect(address, plugins=on_client, data_converter=converter)
    starter = await Client.connect(address, data_converter=with_pydantic(converter))
    tool_queue = f"{env.task_queue}-tools" if tool_worker_without_plugin else None
    tools = Worker(client, task_queue=tool_queue or "unused", activities=[wf.erase])
    with warnings.catch_warnings():
        # Temporal's own: "The same plugin type ... is present from both client and worker."
        warnings.filterwarnings("ignore", "The same plugin type")
        activities = [] if tool_worker_without_plugin else [wf.erase]
        async with env.worker(wf.Everything, activities=activities, client=client, plugins=on_worker):
            tool_task = asyncio.create_task(tools.run()) if tool_worker_without_plugin else None
            try:
                question = wf.Question(text="erase it")
                handle = await env.start(wf.Everything.run, question, tool_queue, client=starter)
                await wait_for_interrupt(handle)
                assert wf.RUNS[handle.id] == [1]
                await handle.signal(wf.Everything.reply, "yes")
                answer = await env.result(handle)
            finally:
                if tool_task:
                    await tools.shutdown()
                    await tool_task
    assert answer.question == question
    if tool_worker_without_plugin:
        assert "erase /a?" in answer.text and answer.text.endswith("yes: erased at run 2")
    else:
        assert answer.text == "erase /a? yes: erased at run 2"
    assert wf.RUNS[handle.id] == [1, 1]
    for request in model.requests:
        assert request.messages[0]["content"][1]["image"]["source"]["bytes"] == wf.PIXELS
    history = await handle.fetch_history()
    assert scheduled_activities(history) == ["invoke_model", "erase", "erase", "invoke_model"]
    if not tool_worker_without_plugin:
        assert not of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED)


async def wait_for_interrupt(handle: Any) -> None:
    """Until the workflow task after the first tool run is done, and with it what a retry would have been."""
    types: list[Any] = []
    for _ in range(500):
        history = await handle.fetch_history()
        types = [event.event_type for event in history.events]
        closed = [
            index
            for index, each in enumerate(types)
            if each in (EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED)
        ]
        if len(closed) == 2 and EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED in types[closed[1] :]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"no interrupt in {types}")


def with_pydantic(converter: DataConverter) -> DataConverter:
    if converter.payload_converter_class is wf.OwnPayloadConverter:
        return converter
    return replace(converter, payload_converter_class=PydanticPayloadConverter)


async def test_own_converter_is_never_replaced(client: Client) -> None:
    address = client.service_client.config.target_host
    for converter in CONVERTERS.values():
        mine = await Client.connect(address, plugins=[StrandsPlugin()], data_converter=converter)
        used = mine.config(active_config=True)["data_converter"]
        own = converter.payload_converter_class is wf.OwnPayloadConverter
        assert used.payload_converter_class is (wf.OwnPayloadConverter if own else StrandsPayloadConverter)
        assert used.failure_converter_class is converter.failure_converter_class


async def test_one_plugin_serves_several_clients_and_workers(client: Client) -> None:
    """Each worker makes models of its own, and stopping one leaves the other at work."""
    made: list[ScriptedModel] = []

    def factory() -> ScriptedModel:
        made.append(ScriptedModel(script))
        return made[-1]

    plugin = StrandsPlugin(models={"scripted": factory})
    address = client.service_client.config.target_host
    environments = []
    for _ in range(2):
        env = Env(await Client.connect(address, plugins=[plugin]), f"test-{uuid.uuid4()}")
        env.plugin = plugin
        environments.append(env)
    first, second = environments
    async with second.worker(wf.Everything, activities=[wf.erase], plugins=[]):
        async with first.worker(wf.Everything, activities=[wf.erase], plugins=[]):
            await run_through(first)
        await run_through(second)
        await run_through(second)
    assert len(made) == 2
    for env in environments:
        await env.check_histories()


async def run_through(env: Env) -> None:
    handle = await env.start(wf.Everything.run, wf.Question(text="go"), None)
    await wait_for_interrupt(handle)
    await handle.signal(wf.Everything.reply, "yes")
    assert (await env.result(handle)).text == "erase /a? yes: erased at run 2"
