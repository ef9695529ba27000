"""Live text reaches a client while the model speaks, ends with the recorded reply, and is not in the history."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, PayloadCodec
from temporalio.worker import ActivityInboundInterceptor, ActivityOutboundInterceptor, Interceptor

from strands_temporal import live_text
from strands_temporal._errors import InvalidOptionError
from strands_temporal._streaming.heartbeat import WINDOW
from strands_temporal.testing import Reply, ScriptedRequest, ToolCall

from ..env import LIMIT, Env, EventType, of_type, scheduled_activities
from ..fixtures.ciphers import Cipher, CipherOfWorkflow
from . import streaming_workflows as wf
from .watching import START, STOP, Gate, GatedModel, LiveReader, Reader, delta, serve

ENDS = (
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
)


async def test_live_text_leaves_nothing_in_the_history(env: Env) -> None:
    gates = [Gate(), Gate()]
    serve(env, GatedModel([*START, delta("One. "), gates[0], delta("Two. "), gates[1], delta("Three."), *STOP]))
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", {"live_text": True})
        reader = LiveReader(env.client, handle.id)
        live = await reader.until(lambda live: any(each.text == "One. " for each in live.replies))
        assert [(each.agent_name, each.attempt, each.complete) for each in live.replies] == [("watched", 1, False)]
        gates[0].open.set()
        live = await reader.until(lambda live: any(each.text == "One. Two. " for each in live.replies))
        assert live.replies[0].new_text == "Two. " and not live.replies[0].restarted
        gates[1].open.set()
        assert await env.result(handle) == "One. Two. Three."
        updates = await reader.end()
    last = updates[-1].replies[0]
    assert last.complete and not last.failed and last.text == "One. Two. Three." and last.new_text == "Three."
    assert list(reader.texts.values()) == ["One. Two. Three."]
    history = await handle.fetch_history()
    assert scheduled_activities(history) == ["invoke_model"]
    assert [event.event_id for event in history.events if b"One. " in event.SerializeToString()] == [
        event.event_id
        for event in of_type(
            history,
            EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
        )
    ]
    assert len(history.events) == 11


async def test_without_live_text_the_recorded_replies_come(env: Env) -> None:
    env.model([ToolCall("count", {"to": 2}), "done"])
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", {})
        await env.result(handle)
        updates = await LiveReader(env.client, handle.id).end()
        none = await LiveReader(env.client, handle.id, past_replies=False).end()
    (update,) = updates
    assert [(each.agent_name, each.text, each.complete) for each in update.replies] == [
        ("watched", "", True),
        ("watched", "done", True),
    ]
    assert none == []


@pytest.mark.uncached
async def test_several_agents_at_once(env: Env) -> None:
    names = ["ann", "bob", "cy"]

    def script(request: ScriptedRequest) -> Reply:
        return Reply([f"I am {request.text}. " * 20], chunk_delay=0.02)

    env.model(script)
    async with env.worker(wf.Several):
        handle = await env.start(wf.Several.run, names)
        reader = LiveReader(env.client, handle.id)
        live = await reader.until(lambda live: {each.agent_name for each in live.replies if each.text} == set(names))
        assert all((f"I am {each.agent_name}. " * 20).startswith(each.text) for each in live.replies)
        assert await env.result(handle) == [("I am " + name + ". ") * 19 + f"I am {name}." for name in names]
        await reader.end()
    assert sorted(reader.texts.values()) == [f"I am {name}. " * 20 for name in names]


async def test_a_retried_attempt_begins_anew(env: Env) -> None:
    gates = [Gate(), Gate()]
    serve(
        env,
        GatedModel([*START, delta("bad "), gates[0], ConnectionError("lost")], [*START, delta("go"), gates[1], *STOP]),
    )
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", {"live_text": True})
        reader = LiveReader(env.client, handle.id)
        await reader.until(lambda live: any(each.text == "bad " for each in live.replies))
        gates[0].open.set()
        live = await reader.until(lambda live: any(each.text == "go" for each in live.replies))
        assert live.replies[0].attempt == 2
        gates[1].open.set()
        await env.result(handle)
        await reader.end()
    assert list(reader.texts.values()) == ["go"]
    assert [each.restarted for update in reader.updates for each in update.replies].count(True) == 1


async def test_what_a_heartbeat_carries_is_bounded(env: Env) -> None:
    gate, long = Gate(), "0123456789" * 1000
    serve(env, GatedModel([*START, delta(long), gate, delta("end"), *STOP]))
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", {"live_text": True})
        reader = LiveReader(env.client, handle.id)
        live = await reader.until(lambda live: any(each.text for each in live.replies))
        (reply,) = live.replies
        assert (reply.text, reply.offset) == (long[-WINDOW:], len(long) - WINDOW)
        (pending,) = (await handle.describe()).raw_description.pending_activities
        assert pending.heartbeat_details.ByteSize() < WINDOW + 300
        gate.open.set()
        assert await env.result(handle) == long + "end"
        updates = await reader.end()
    assert updates[-1].replies[0].text == long + "end"
    assert updates[-1].replies[0].restarted  # the beginning was never seen, so all of it is to be shown


async def test_tools_in_flight(env: Env) -> None:
    gate = Gate()

    async def shout(text: str) -> str:
        gate.reached.set()
        await gate.open.wait()
        return text.upper()

    from temporalio import activity

    env.model([Reply([ToolCall("shout", {"text": "hi"})], chunk_delay=0.1), "done"])
    async with env.worker(wf.Options, activities=[activity.defn(shout)]):
        handle = await env.start(wf.Options.run, "go", {"live_text": True})
        reader = LiveReader(env.client, handle.id)
        await reader.until(lambda live: any(each.tool == "shout" for each in live.replies))
        await reader.until(lambda live: live.tools == ("shout",))
        gate.open.set()
        await env.result(handle)
        await reader.end()
    assert not reader.updates[-1].tools


@pytest.mark.parametrize("codec", [Cipher, CipherOfWorkflow])
async def test_the_server_sees_nothing_of_it_where_the_client_encrypts(codec: type[Cipher], env: Env) -> None:
    client, gate = with_codec(env.client, codec()), Gate()
    serve(env, GatedModel([*START, delta("plaintext"), gate, ConnectionError("lost")], [*START, delta("fine"), *STOP]))
    async with env.worker(wf.Options, client=client):
        more = {"live_text": True, "streaming_topic": "events"}
        handle = await env.start(wf.Options.run, "go", more, client=client)
        reader = LiveReader(client, handle.id)
        await reader.until(lambda live: any(each.text == "plaintext" for each in live.replies))
        description = (await handle.describe()).raw_description
        assert description.pending_activities[0].heartbeat_details.payloads
        assert b"plaintext" not in description.SerializeToString()
        gate.open.set()
        assert await env.result(handle) == "fine"
        await reader.end()
    assert list(reader.texts.values()) == ["fine"]
    history = await handle.fetch_history()
    assert not [event for event in history.events if b"plaintext" in event.SerializeToString()]


class FailingCipher(Cipher):
    """Can encrypt no details of a heartbeat but the first."""

    def __init__(self, good: int) -> None:
        super().__init__()
        self.good = good
        self.failed = 0

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        if any(b'"offset"' in each.data for each in payloads):
            if not self.good:
                self.failed += 1
                raise OSError("no key")
            self.good -= 1
        return await super().encode(payloads)


class Beats(Interceptor):
    """Counts the heartbeats that a worker's activities make by the SDK."""

    def __init__(self) -> None:
        self.count = 0

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        beats = self

        class Outbound(ActivityOutboundInterceptor):
            def heartbeat(self, *details: Any) -> None:
                beats.count += 1
                super().heartbeat(*details)

        class Inbound(ActivityInboundInterceptor):
            def init(self, outbound: ActivityOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

        return Inbound(next)


@pytest.mark.parametrize("good", [0, 1])
async def test_a_codec_that_fails_in_heartbeats_costs_no_reply(
    env: Env, good: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The call goes on, is seen to live, and is not made, and paid for, again; what is known of its text stays."""
    codec, beats, gates = FailingCipher(good), Beats(), [Gate(), Gate()]
    client = with_codec(env.client, codec)
    model = GatedModel([*START, delta("One. "), gates[0], delta("Two. "), gates[1], *STOP])
    serve(env, model)
    async with env.worker(wf.Options, client=client, interceptors=[beats]):
        handle = await env.start(wf.Options.run, "go", {"live_text": True, "heartbeat_timeout": 1.0}, client=client)
        reader = LiveReader(client, handle.id)
        if good:
            await reader.until(lambda live: any(each.text == "One. " for each in live.replies))
        gates[0].open.set()
        before = beats.count
        await eventually(lambda: codec.failed >= 3 and beats.count >= before + 3)  # as long as the heartbeat timeout
        assert bool(pending_details(await handle.describe())) is False
        gates[1].open.set()
        assert await env.result(handle) == "One. Two."
        await reader.end()
    assert model.started == 1
    assert list(reader.texts.values()) == ["One. Two. "]
    assert not [each for update in reader.updates for each in update.replies if each.restarted]
    (record,) = [each for each in caplog.records if "no key" in each.getMessage()]
    assert record.levelname == "WARNING" and "codec" in record.getMessage()


async def test_text_that_is_no_unicode_is_shown_as_far_as_it_is(env: Env) -> None:
    """No JSON can hold it; a heartbeat with it would end the call."""
    gate = Gate()
    client = with_converter(env.client, pydantic_data_converter)
    model = GatedModel([*START, delta("lone \ud83d, "), delta("halves \ud83d"), delta("\ude00."), gate, *STOP])
    serve(env, model)
    async with env.worker(wf.Cancels, client=client):
        handle = await env.start(wf.Cancels.run, client=client)
        reader = LiveReader(client, handle.id)
        await reader.until(lambda live: any(each.text == "lone \ufffd, halves \U0001f600." for each in live.replies))
        gate.open.set()
        assert await env.result(handle) == "end_turn"
        await reader.end()
    assert model.started == 1


def with_codec(client: Client, codec: PayloadCodec) -> Client:
    return with_converter(client, replace(DataConverter.default, payload_codec=codec))


def with_converter(client: Client, converter: DataConverter) -> Client:
    config: Any = {**client.config(), "data_converter": converter}
    return Client(**config)


def pending_details(description: Any) -> Any:
    """The details of the heartbeat of the one activity that is running."""
    (pending,) = description.raw_description.pending_activities
    return pending.heartbeat_details.payloads


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for what happens on its own."""
    for _ in range(int(LIMIT / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen")


async def test_a_cancelled_call_ends_as_it_does_without_live_text(env: Env) -> None:
    """The call has no heartbeat timeout, so that the SDK itself would not learn of it before the call's end."""
    gate = Gate()
    model = GatedModel([*START, delta("on and on"), gate])
    serve(env, model)
    async with env.worker(wf.Cancels):
        handle = await env.start(wf.Cancels.run)
        live, topic = LiveReader(env.client, handle.id), Reader(env.client, handle.id)
        await topic.until(lambda: topic.text == "on and on")
        await live.until(lambda live: any(each.text == "on and on" for each in live.replies))
        await handle.signal(wf.Cancels.stop)
        assert await env.result(handle) == "cancelled"
        await asyncio.wait_for(model.ended.wait(), LIMIT)
        updates = await live.end()
        await topic.end()
    assert updates[-1].replies[0].complete and updates[-1].replies[0].failed
    assert topic.text == "" and topic.marks == 1
    (end,) = of_type(await handle.fetch_history(), *ENDS)
    assert end.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED


async def test_a_call_whose_workflow_is_gone_ends(env: Env) -> None:
    gate = Gate()
    model = GatedModel([*START, delta("on and on"), gate])
    serve(env, model)
    async with env.worker(wf.Cancels):
        handle = await env.start(wf.Cancels.run)
        reader = LiveReader(env.client, handle.id)
        await reader.until(lambda live: any(each.text == "on and on" for each in live.replies))
        env.task_failures_expected = True  # of a task that was under way when the workflow was terminated
        await handle.terminate()
        await asyncio.wait_for(model.ended.wait(), LIMIT)
        updates = await reader.end()
    last = updates[-1].replies[0]
    assert last.complete and last.failed and last.text == "on and on"


async def test_a_slow_model_keeps_its_heartbeat(env: Env) -> None:
    """The SDK's own heartbeats are not made then; the server would time the attempt out."""
    env.model([Reply(["slowly said"], chunk_delay=1.2)])
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", {"live_text": 0.05, "heartbeat_timeout": 0.8})
        assert await env.result(handle) == "slowly said"
    (started,) = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    assert started.activity_task_started_event_attributes.attempt == 1


async def test_runs_that_continue_as_new_are_followed(env: Env) -> None:
    env.model(lambda request: f"answer to {request.text}")
    async with env.worker(wf.Chat):
        handle = await env.start(wf.Chat.run, wf.ChatState(3, 0, []))
        reader = LiveReader(env.client, handle.id)
        for turn in (3, 2, 1):
            words = f"answer to turn {turn}"
            await reader.until(lambda live, words=words: any(each.text == words for each in live.replies))
            await handle.signal(wf.Chat.go_on) if turn == 3 else await env.client.get_workflow_handle(handle.id).signal(
                wf.Chat.go_on
            )
        await env.result(handle)
        await reader.end()
    assert sorted(reader.texts.values()) == [f"answer to turn {turn}" for turn in (1, 2, 3)]
    assert len({run for run, _ in reader.texts}) == 3


async def test_a_wrong_interval(env: Env) -> None:
    with pytest.raises(InvalidOptionError, match="takes a timedelta"):
        await live_text(env.client, "any", poll_interval=timedelta(0)).__anext__()
