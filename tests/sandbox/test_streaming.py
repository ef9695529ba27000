"""The output of a running command on a topic of the workflow: in its order, as it comes, at a bounded cost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.contrib.workflow_streams import WorkflowStreamClient

from strands_temporal import SandboxStreamEvent

from ..env import EventType, of_type
from . import sandbox_workflows as wf
from .conftest import Box


async def events_of(box: Box, workflow_id: str, client: Client | None = None) -> AsyncIterator[SandboxStreamEvent]:
    """What is published, as it comes."""
    stream = WorkflowStreamClient.create(client or box.env.client, workflow_id)
    async for item in stream.subscribe(["output"], result_type=SandboxStreamEvent):
        yield item.data


async def until_ended(box: Box, handle: Any, last: str) -> list[SandboxStreamEvent]:
    """All events up to one whose text ends so, and the workflow's end."""
    found: list[SandboxStreamEvent] = []
    async for event in events_of(box, handle.id):
        found.append(event)
        if event.chunk.data.endswith(last):
            break
    await handle.signal(wf.Streamed.end)
    return found


def signals(history: Any) -> int:
    return (
        len(of_type(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)) - 1
    )  # but the last, which is a test's


async def test_output_is_published_while_the_command_runs(box: Box) -> None:
    """The command waits for the reader of its first line."""
    command = "echo first; while [ ! -e read ]; do sleep 0.02; done; echo second >&2; echo third"
    async with box.env.worker(wf.Streamed):
        handle = await box.env.start(wf.Streamed.run, command)
        found: list[SandboxStreamEvent] = []
        async for event in events_of(box, handle.id):
            found.append(event)
            (box.folder / "read").touch()
            if "third" in event.chunk.data:
                break
        await handle.signal(wf.Streamed.end)
        outcome = await box.env.result(handle)
    assert found[0].chunk.data == "first\n" and found[0].chunk.stream_type == "stdout"
    assert [each.sequence for each in found] == list(range(len(found)))
    assert {(each.sandbox_name, each.attempt) for each in found} == {("box", 1)}
    assert {each.execution_id for each in found} == {f"{handle.first_execution_run_id}:1"}
    for kind in ("stdout", "stderr"):
        assert "".join(each.chunk.data for each in found if each.chunk.stream_type == kind) == outcome[kind]


async def test_under_the_plugin_s_converter_too(box: Box) -> None:
    address = box.env.client.service_client.config.target_host
    client = await Client.connect(address, plugins=[box.env.plugin])
    async with box.env.worker(wf.Streamed, client=client, plugins=[]):
        handle = await box.env.start(wf.Streamed.run, "printf 'é\\377'; echo; echo end", client=client)
        found: list[SandboxStreamEvent] = []
        async for event in events_of(box, handle.id, client):
            found.append(event)
            if "end" in event.chunk.data:
                break
        await handle.signal(wf.Streamed.end)
        outcome = await box.env.result(handle)
    assert isinstance(found[0], SandboxStreamEvent)
    assert "".join(each.chunk.data for each in found) == outcome["stdout"] == "é\ufffd\nend\n"


@pytest.mark.uncached
async def test_much_output_makes_few_signals(box: Box) -> None:
    command = "for i in $(seq 300); do echo $i; sleep 0.01; done; echo end"
    async with box.env.worker(wf.Streamed):
        handle = await box.env.start(wf.Streamed.run, command)
        found = await until_ended(box, handle, "end\n")
        outcome = await box.env.result(handle)
    assert "".join(each.chunk.data for each in found) == outcome["stdout"]
    assert signals(await handle.fetch_history()) <= 15


async def test_the_interval_can_be_set(box: Box) -> None:
    command = "for i in $(seq 20); do echo $i; sleep 0.05; done; echo end"
    async with box.env.worker(wf.Streamed):
        handle = await box.env.start(wf.Streamed.run, command, None, {"streaming_batch_interval": 30})
        found = await until_ended(box, handle, "end\n")
        await box.env.result(handle)
    assert len(found) == 2 and found[0].chunk.data.startswith("1\n")  # the first at once, the rest when it ends


async def test_an_attempt_can_be_told_from_the_next(box: Box) -> None:
    command = "echo $$ >> ran; wc -l < ran; test $(wc -l < ran) = 2 || sleep 600; echo end"
    async with box.env.worker(wf.Streamed):
        options = {"attempts": 2, "start_to_close_timeout": 1}
        handle = await box.env.start(wf.Streamed.run, command, None, options)
        found = await until_ended(box, handle, "end\n")
        outcome = await box.env.result(handle)
    texts = {number: "".join(e.chunk.data for e in found if e.attempt == number) for number in (1, 2)}
    assert (texts[1].strip(), texts[2]) == ("1", outcome["stdout"])
    assert next(each.sequence for each in found if each.attempt == 2) == 0
    assert len({each.execution_id for each in found}) == 1


async def test_more_than_can_be_recorded_is_not_published(box: Box) -> None:
    box.plugin(payload_limit=20_000)
    command = "head -c 50000 /dev/zero | tr '\\0' x; echo; echo end"
    async with box.env.worker(wf.Streamed):
        handle = await box.env.start(wf.Streamed.run, command)
        found = await until_ended(box, handle, "it is too much.]\n")
        outcome = await box.env.result(handle)
    assert sum(len(each.chunk.data) for each in found if each.chunk.stream_type == "stdout") == 20_000
    assert "cannot be recorded" in outcome["says"]


async def test_large_output_comes_in_signals_that_the_server_takes(box: Box) -> None:
    command = "head -c 600000 /dev/zero | tr '\\0' x; echo; echo end"
    async with box.env.worker(wf.Streamed):
        handle = await box.env.start(wf.Streamed.run, command)
        found = await until_ended(box, handle, "end\n")
        outcome = await box.env.result(handle)
    assert "".join(each.chunk.data for each in found) == outcome["stdout"]


async def test_without_a_stream_it_says_what_to_write(box: Box) -> None:
    async with box.env.worker(wf.Direct):
        todo = [("execute", {"command": "touch ran"}), ("list_files", {"path": str(box.folder)})]
        execute, listed = await box.env.execute(wf.Direct.run, todo, {"streaming_topic": "output"})
    assert execute["error"] == "MissingStreamError"
    assert execute["says"].endswith("from temporalio.contrib.workflow_streams import WorkflowStream.")
    assert "TemporalSandbox('box') has streaming_topic='output'" in execute["says"]
    assert listed == []  # which publishes nothing, and needs no stream


async def test_nothing_is_published_where_nothing_is_asked_for(box: Box) -> None:
    async with box.env.worker(wf.Streamed):
        handle = await box.env.start(wf.Streamed.run, "echo x", None, {"streaming_topic": None})
        await handle.signal(wf.Streamed.end)
        await box.env.result(handle)
    assert signals(await handle.fetch_history()) == 0
