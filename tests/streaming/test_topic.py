"""A subscriber gets a reply as it is made: soon, whole, once, in order, and can tell what a failed attempt said."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.workflow_streams import PublishEntry, PublishInput, WorkflowStreamClient
from temporalio.converter import DataConverter, PayloadConverter

from strands_temporal._model.cache import RequestCache
from strands_temporal._streaming.signals import publisher_id
from strands_temporal.testing import Reply, ToolCall

from ..env import LIMIT, Env, EventType, of_type, scheduled_activities
from ..fixtures.ciphers import SilentCipher
from . import streaming_workflows as wf
from .watching import START, STOP, Gate, GatedModel, Reader, delta, serve

SLOW = {"streaming_topic": "events", "streaming_batch_interval": 3600.0}


async def test_the_page(env: Env) -> None:
    text = "One. Two. Three. " * 20
    env.model([Reply([text], chunk_delay=0.005)])
    async with env.worker(wf.Streams):
        handle = await env.start(wf.Streams.run, "count")
        reader = Reader(env.client, handle.id)
        assert await env.result(handle) == text.strip()
        await reader.end()
    assert reader.text == text
    assert reader.items[reader.marks] == {"messageStart": {"role": "assistant"}}
    assert [each for each in reader.items if "messageStop" in each] == [{"messageStop": {"stopReason": "end_turn"}}]
    reader.check_stream_events()
    history = await handle.fetch_history()
    (started,) = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    assert reader.marks == started.activity_task_started_event_attributes.attempt - 1
    assert scheduled_activities(history) == ["invoke_model_streaming"]


async def test_the_first_text_does_not_wait_for_the_interval_and_the_rest_comes_with_the_reply(env: Env) -> None:
    gate = Gate()
    serve(env, GatedModel([*START, delta("at "), gate, delta("once"), delta("!"), *STOP]))
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", SLOW)
        reader = Reader(env.client, handle.id)
        await reader.until(lambda: reader.text == "at ")
        gate.open.set()
        assert await env.result(handle) == "at once!"
        await reader.end()
    assert reader.deltas == ["at ", "once!"]
    assert reader.items[-3:] == [{"contentBlockStop": {}}, *STOP[1:]]
    reader.check_stream_events()
    history = await handle.fetch_history()
    assert len(of_type(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)) == 1


async def test_what_comes_before_the_first_text_waits_for_nothing_either(env: Env) -> None:
    gate = Gate()
    serve(env, GatedModel([*START, gate, delta("text"), *STOP]))
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", SLOW)
        reader = Reader(env.client, handle.id)
        await reader.until(lambda: reader.items == START)
        gate.open.set()
        await env.result(handle)
        await reader.end()
    assert reader.text == "text"


async def test_raw_events(env: Env) -> None:
    events = [*START, *(delta(each) for each in "abcdef"), *STOP]
    serve(env, GatedModel(events))
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", {**SLOW, "streaming_raw_events": True})
        reader = Reader(env.client, handle.id)
        await env.result(handle)
        await reader.end()
    assert reader.items == events


@pytest.mark.parametrize("by", ["activity", "workflow"])
async def test_an_event_with_thousands_of_odd_parts_holds_nobody_up(env: Env, by: str) -> None:
    cited = {"citation": {"title": "t", "sourceContent": ["odd", {"text": "fine"}] * 4000}}
    event = {"contentBlockDelta": {"delta": cited}}
    gate = Gate()
    serve(env, GatedModel([*START, event, *([gate] if by == "activity" else []), delta("so"), *STOP]))
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", SLOW)
        reader = Reader(env.client, handle.id)
        if by == "activity":
            await reader.until(lambda: len(reader.items) == 2)
            gate.open.set()
        assert await env.result(handle) == "so"
        await reader.end()
    reader.check_stream_events()
    assert reader.items[1]["contentBlockDelta"]["delta"]["citation"]["sourceContent"] == [{"text": "fine"}] * 4000
    late = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT
    assert not of_type(await handle.fetch_history(), *late)


async def test_a_codec_that_fails_in_signals_costs_no_reply(env: Env, caplog: pytest.LogCaptureFixture) -> None:
    """The workflow publishes what the activity could not."""
    codec, gates = SilentCipher(signals=1), [Gate(), Gate()]
    config: Any = {**env.client.config(), "data_converter": replace(DataConverter.default, payload_codec=codec)}
    client = Client(**config)
    model = GatedModel([*START, delta("One. "), gates[0], delta("Two. "), gates[1], delta("Three."), *STOP])
    serve(env, model)
    async with env.worker(wf.Options, client=client):
        options = {"streaming_topic": "events", "streaming_batch_interval": 0.01}
        handle = await env.start(wf.Options.run, "go", options, client=client)
        reader = Reader(client, handle.id)
        await reader.until(lambda: reader.text == "One. ")
        gates[0].open.set()
        await asyncio.wait_for(codec.failed.wait(), LIMIT)
        gates[1].open.set()
        assert await env.result(handle) == "One. Two. Three."
        await reader.end()
    assert model.started == 1
    assert reader.text == "One. Two. Three." and reader.marks == 0
    assert len([each for each in caplog.records if "no key" in each.getMessage()]) == 1


async def test_a_retried_attempt_is_marked(env: Env) -> None:
    gate = Gate()
    attempts = [*START, delta("bad "), gate, ConnectionError("lost")], [*START, delta("good"), *STOP]
    serve(env, GatedModel(*attempts))
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", SLOW)
        reader = Reader(env.client, handle.id)
        await reader.until(lambda: reader.text == "bad ")
        gate.open.set()
        assert await env.result(handle) == "good"
        await reader.end()
    assert reader.text == "good"
    assert reader.marks == 1
    assert reader.deltas == ["bad ", "good"]
    reader.check_stream_events()
    (mark,) = [each for each in reader.items if "modelStreamErrorException" in each]
    assert "attempt 1" in mark["modelStreamErrorException"]["message"]
    assert reader.items.index(mark) < reader.items.index(delta("good"))


@pytest.mark.parametrize("raw", [False, True], ids=["joined", "raw"])
async def test_a_reply_stops_for_subscribers_when_it_is_recorded(env: Env, raw: bool) -> None:
    """An attempt may be lost after its last event; what a subscriber took for a whole reply would then come twice."""
    gate = Gate()
    serve(env, GatedModel([*START, delta("bad"), *STOP, gate, ConnectionError("lost")], [*START, delta("good"), *STOP]))
    options = {"streaming_topic": "events", "streaming_batch_interval": 0.01, "streaming_raw_events": raw}
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", options)
        reader = Reader(env.client, handle.id)
        await reader.until(lambda: reader.text == "bad")
        await gate.reached.wait()
        await asyncio.sleep(0.3)  # long enough for many batches
        gate.open.set()
        assert await env.result(handle) == "good"
        await reader.end()
    kinds = [next(iter(each)) for each in reader.items]
    stopped = kinds[kinds.index("modelStreamErrorException") + 1 :]
    assert "messageStop" not in kinds[: -len(stopped)]
    assert stopped == [*map(next, map(iter, [*START, delta("good"), *STOP]))]


async def test_an_attempt_that_is_published_by_the_workflow_alone_is_marked_too(env: Env) -> None:
    gate = Gate()
    # The second attempt ends at once: nothing of it was sent when its reply is complete.
    serve(env, GatedModel([*START, delta("bad "), gate, ConnectionError("lost")], [STOP[1]]))
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", SLOW)
        reader = Reader(env.client, handle.id)
        await reader.until(lambda: reader.text == "bad ")
        gate.open.set()
        assert await env.result(handle) == ""
        await reader.end()
    assert reader.text == "" and reader.marks == 1


async def test_a_call_that_fails_for_good_is_marked(env: Env) -> None:
    gate = Gate()
    serve(env, GatedModel([*START, delta("bad "), gate, ValueError("a wrong request")]))
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", SLOW)
        reader = Reader(env.client, handle.id)
        await reader.until(lambda: reader.text == "bad ")
        gate.open.set()
        with pytest.raises(WorkflowFailureError):
            await env.result(handle)
        await reader.end()
    assert reader.text == "" and reader.marks == 1
    assert "a wrong request" in reader.items[-1]["modelStreamErrorException"]["message"]


async def test_what_a_lost_attempt_still_sends_is_dropped(env: Env) -> None:
    """An attempt that the server has given up may live on, on a machine that hears nothing."""
    gate = Gate()
    serve(env, GatedModel([*START, delta("good "), gate, delta("text"), *STOP]))
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", SLOW)
        reader = Reader(env.client, handle.id)
        await reader.until(lambda: reader.text == "good ")
        payload = PayloadConverter.default.to_payload(delta("LATE"))
        late = PublishEntry("events", base64.b64encode(payload.SerializeToString()).decode())
        run_id = handle.first_execution_run_id
        await handle.signal(
            "__temporal_workflow_stream_publish", PublishInput([late], publisher_id(run_id, "1"), sequence=1)
        )
        gate.open.set()
        assert await env.result(handle) == "good text"
        await reader.end()
    assert reader.text == "good text"


@pytest.mark.uncached
async def test_tool_calls_and_the_result(env: Env) -> None:
    env.model([[ToolCall("count", {"to": 3}), ToolCall("shout", {"text": "hi"})], "done"])
    more = {"streaming_topic": "events", "streaming_tool_events": True, "streaming_result": True}
    async with env.worker(wf.Options, activities=[wf.shout]):
        handle = await env.start(wf.Options.run, "go", more)
        reader = Reader(env.client, handle.id, result_type=None)
        typed = Reader(env.client, handle.id)
        await env.result(handle)
        await reader.end()
        await typed.end()
    own = [each for each in reader.items if "type" in each]
    assert {each["agent"] for each in own} == {"watched"}
    starts = [each["tool_use"] for each in own if each["type"] == "tool_start"]
    assert [(each["name"], each["input"]) for each in starts] == [("count", {"to": 3}), ("shout", {"text": "hi"})]
    streamed = [each["tool_stream_event"] for each in own if each["type"] == "tool_stream"]
    assert [each["data"] for each in streamed if each["tool_use"]["name"] == "count"] == [1, 2, "counted to 3"]
    results = {each["tool_result"]["toolUseId"]: each["tool_result"] for each in own if each["type"] == "tool_result"}
    assert [results[each["toolUseId"]]["content"][0]["text"] for each in starts] == ["counted to 3", "HI"]
    assert own[-1]["type"] == "result" and reader.items[-1] == own[-1]
    assert own[-1]["result"]["message"]["content"] == [{"text": "done"}]
    assert own[-1]["result"]["stop_reason"] == "end_turn"
    # Who reads stream events only is not disturbed.
    assert typed.text == "done" and len(typed.items) == len(reader.items)


async def test_without_being_asked_nothing_but_the_models_events_is_published(env: Env) -> None:
    env.model([ToolCall("count", {"to": 2}), "done"])
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", {"streaming_topic": "events"})
        reader = Reader(env.client, handle.id, result_type=None)
        await env.result(handle)
        await reader.end()
    assert not [each for each in reader.items if "type" in each]
    assert reader.text == "done"


async def test_a_workflow_without_a_stream_fails_before_the_model_is_called(env: Env) -> None:
    model = env.model(["never said"])
    async with env.worker(wf.NoStream):
        handle = await env.start(wf.NoStream.run, "go")
        with pytest.raises(WorkflowFailureError) as failed:
            await env.result(handle)
    cause: Any = failed.value.cause
    assert cause.type == "MissingStreamError"
    for words in ("'lonely'", "streaming_topic='events'", "self.stream = WorkflowStream()", "import WorkflowStream"):
        assert words in cause.message
    assert model.requests == [] and scheduled_activities(await handle.fetch_history()) == []


@pytest.mark.parametrize(
    ("name", "value", "more", "words"),
    [
        ("streaming_topic", "", {}, "takes the name of a topic, not ''"),
        ("streaming_topic", 5, {}, "takes the name of a topic, not 5"),
        ("streaming_batch_interval", 5, {}, "takes a timedelta, as in streaming_batch_interval="),
        ("streaming_batch_interval", 0.0, {}, "must be 1 ms or longer"),
        ("streaming_raw_events", "yes", {"streaming_topic": "a"}, "takes True or False, not 'yes'"),
        ("streaming_tool_events", True, {}, "needs a topic to publish to: streaming_topic='events'"),
        ("streaming_result", True, {}, "needs a topic"),
        ("live_text", "yes", {}, "takes True, False or a timedelta"),
        ("live_text", 0.0, {}, "must be 1 ms or longer"),
    ],
)
async def test_wrong_options(name: str, value: Any, more: Any, words: str, env: Env) -> None:
    async with env.worker(wf.WrongOptions):
        with pytest.raises(WorkflowFailureError) as failed:
            await env.execute(wf.WrongOptions.run, name, value, more)
    cause: Any = failed.value.cause
    assert cause.type == "InvalidOptionError" and words in cause.message and name in cause.message


async def test_a_short_reply_costs_one_signal_and_a_tool_call_is_seen_at_once(env: Env) -> None:
    env.model([ToolCall("count", {"to": 2}), "done"])
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", SLOW)
        reader = Reader(env.client, handle.id)
        await env.result(handle)
        await reader.end()
    history = await handle.fetch_history()
    signals = len(of_type(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED))
    assert signals <= 2  # one for each of the two calls, if it did not end before
    uses = [each["contentBlockStart"]["start"]["toolUse"] for each in reader.items if "contentBlockStart" in each]
    assert [each["name"] for each in uses] == ["count"]
    inputs = [each["contentBlockDelta"]["delta"] for each in reader.items if "contentBlockDelta" in each]
    assert json.loads(inputs[0]["toolUse"]["input"]) == {"to": 2}


async def test_a_worker_that_remembers_nothing_reads_these_calls_in_the_history(env: Env) -> None:
    model = env.model([ToolCall("count", {"to": 2}), ToolCall("count", {"to": 3}), "done"])
    env.plugin._cache = RequestCache(0)  # pyright: ignore[reportPrivateUsage]
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", {"streaming_topic": "events", "live_text": True})
        assert await env.result(handle) == "done"
    assert model.requests[-1].tool_result() == "counted to 3" and len(model.requests[-1].messages) == 5
    assert scheduled_activities(await handle.fetch_history()) == ["invoke_model_streaming"] * 3


async def test_a_client_that_comes_late_reads_it_all(env: Env) -> None:
    env.model(["all of it"])
    async with env.worker(wf.Streams):
        handle = await env.start(wf.Streams.run, "go")
        await env.result(handle)
        stream = WorkflowStreamClient.create(env.client, handle.id)
        items: list[Any] = [item.data async for item in stream.subscribe(["events"])]
    assert "".join(each.get("contentBlockDelta", {}).get("delta", {}).get("text", "") for each in items) == "all of it"
