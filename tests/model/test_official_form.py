"""What JSON cannot hold, in requests and replies of the official plugin's form."""

from __future__ import annotations

import asyncio
import datetime
import enum
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import TypeAdapter
from strands.types.streaming import StreamEvent
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from strands_temporal import StrandsPlugin
from strands_temporal._model.request import ModelReply, ModelRequest
from strands_temporal._results.converter import StrandsPayloadConverter

from ..env import Env, EventType, of_type
from ..migration.as_recorded import RECORDED, Activities, AsRecorded
from ..migration.samples import SAMPLES
from ..streaming.test_official import until_retried
from .official_workflows import AsOfficial, Continued
from .recording import Events, RecordingModel, block, reply, tool_call

URL = b"data:application/octet-stream;base64,/w=="
REDACTED = [b"as text", "\u00e4\u20ac".encode(), b"\x00\x02", b"\xff", bytes(range(256)), URL, b""]


class Stateless(RecordingModel):
    """Keeps no state: the official plugin's form has none."""

    async def stream(
        self, messages: Any, tool_specs: Any = None, system_prompt: Any = None, **more: Any
    ) -> AsyncIterator[Any]:
        self.calls.append({"messages": messages})
        for event in self._replies[len(self.calls) - 1]:
            yield event


def thought(redacted: bytes) -> Any:
    return {"reasoningContent": {"redactedContent": redacted}}


def written(events: Any) -> bytes:
    (payload,) = StrandsPayloadConverter().to_payloads([ModelReply(events).to_wire(None)])
    return payload.data


def read(data: bytes) -> Any:
    return ModelReply.from_wire(TypeAdapter(Any).validate_json(data)).events


@pytest.mark.parametrize("redacted", REDACTED)
def test_redacted_content_comes_back_as_it_was(redacted: bytes) -> None:
    events: Events = block(thought(redacted))
    assert read(written(events)) == events


def test_what_is_text_is_written_as_the_official_plugin_does() -> None:
    (event,) = block(thought("\u20ac".encode()))[:1]
    assert written([event]) == StrandsPayloadConverter().to_payloads([[event]])[0].data
    (again,) = TypeAdapter(list[StreamEvent]).validate_json(written([event]))
    assert again == event


@pytest.mark.parametrize("redacted", REDACTED)
def test_redacted_content_of_a_request_is_bytes(redacted: bytes) -> None:
    """As the official plugin's workflow writes it, whether it has it from our worker or from its own."""
    (event,) = TypeAdapter(list[StreamEvent]).validate_json(written(block(thought(redacted))[:1]))
    held: Any = event["contentBlockDelta"]["delta"]  # pyright: ignore[reportTypedDictNotRequiredAccess]
    messages = [{"role": "assistant", "content": [held, {"text": "said"}]}, {"role": "user", "content": "odd"}, "odd"]
    (payload,) = StrandsPayloadConverter().to_payloads([{"model_name": None, "messages": messages}])
    request = ModelRequest.from_wire(TypeAdapter(Any).validate_json(payload.data))
    assert request.messages == [{**messages[0], "content": [thought(redacted), {"text": "said"}]}, *messages[1:]]  # type: ignore[dict-item]


def test_what_no_json_holds_elsewhere_is_carried_as_text() -> None:
    stop: Any = {"messageStop": {"stopReason": "end_turn", "additionalModelResponseFields": {"blob": b"\xff"}}}
    events = [*block("lone \ud83d, a pair \ud83d\ude00"), stop]
    delta, end, stopped = read(written(events))
    assert delta["contentBlockDelta"]["delta"]["text"] == "lone \ufffd, a pair \U0001f600"
    assert end == {"contentBlockStop": {}}
    assert stopped["messageStop"]["additionalModelResponseFields"] == {"blob": URL.decode()}
    TypeAdapter(list[StreamEvent]).validate_json(written(events))


@pytest.mark.uncached
async def test_a_reply_reaches_a_workflow_of_the_official_plugin(env: Env) -> None:
    """And what it has of the reply comes to the model as the bytes that the model gave."""
    blobs = [b"\x01\x02", b"\xff\x00"]
    model = Stateless([said_so(*(block(thought(each)) for each in blobs), block("so")), said_so(block("done"))])
    env.plugin = StrandsPlugin(models={"scripted": lambda: model})
    assert await env.run(AsOfficial, "think") == "done"
    said = model.calls[1]["messages"][1]
    assert said == {"role": "assistant", "content": [*map(thought, blobs), {"text": "so"}]}


async def test_a_reply_to_the_official_plugins_request_in_a_workflow_of_ours(
    env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Stateless([reply(block(thought(b"\xff\x00")), tool_call("look_up", '{"word": "it"}')), reply("done")])
    monkeypatch.setattr("strands.models.bedrock.BedrockModel", lambda **options: model)
    env.cuts_replays = False  # the first steps are the official plugin's
    sample = SAMPLES["tools"]
    activities = Activities(RECORDED[sample.workflow], done=0)
    async with Worker(
        env.client,
        task_queue=env.task_queue,
        workflows=[AsRecorded],
        activities=[activities.run],
        max_cached_workflows=0,
    ):
        handle = await env.start(sample.workflow, sample.argument)
        await until_retried(handle)
    env.plugin = StrandsPlugin()
    async with env.worker(Continued):
        assert await env.result(handle) == "done"
    thinking, use = model.calls[1]["messages"][1]["content"]
    assert thinking == thought(b"\xff\x00") and use["toolUse"]["name"] == "look_up"


class Shade(enum.Enum):
    DARK = "dark"


class Odd:
    """Nothing that a converter knows."""


def said_so(*blocks: Events, more: Any = None) -> Events:
    """A reply as Strands' types say, with what these leave open."""
    stop = {"messageStop": {"stopReason": "end_turn", "additionalModelResponseFields": more}}
    return [{"messageStart": {"role": "assistant"}}, *(event for each in blocks for event in each), stop]


async def test_the_size_of_a_reply_is_that_of_its_payload(env: Env) -> None:
    """Also of what pydantic's converter writes and the standard library's JSON does not."""
    said = "\u20ac" * 1000
    events = said_so(block(said), more={"at": datetime.date(2020, 1, 1), "shade": Shade.DARK})

    async def call(limit: int | None) -> Any:
        env.plugin = StrandsPlugin(models={"scripted": lambda: Stateless([events] * 2)}, payload_limit=limit)
        async with env.worker(AsOfficial):
            handle = await env.start(AsOfficial.run, "think")
            (result,) = await asyncio.gather(env.result(handle), return_exceptions=True)
        done = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
        return result, [each.activity_task_completed_event_attributes.result.payloads[0].ByteSize() for each in done]

    result, sizes = await call(None)
    assert result == said and len(sizes) == 2
    assert await call(sizes[0]) == (said, sizes)
    failed, none = await call(sizes[0] - 1)
    assert isinstance(failed, WorkflowFailureError) and none == []
    assert isinstance(cause := root(failed), ApplicationError) and cause.type == "PayloadSizeError"
    assert f"{sizes[0]:,} bytes where {sizes[0] - 1:,} are allowed" in cause.message
    await env.check_ended_at_once()


async def test_what_no_converter_writes_is_a_final_error(env: Env) -> None:
    """It is not left to the SDK, where the call would be tried, and paid for, again and again."""
    model = Stateless([said_so(more={"odd": Odd()})] * 2)
    env.plugin = StrandsPlugin(models={"scripted": lambda: model}, payload_limit=None)
    with pytest.raises(WorkflowFailureError) as failed:
        await env.run(AsOfficial, "think")
    assert isinstance(cause := root(failed.value), ApplicationError) and "Odd" in cause.message
    assert len(model.calls) == 1


def root(error: BaseException) -> BaseException:
    """The exception that is the reason of a failure."""
    while (cause := getattr(error, "cause", None)) is not None:
        error = cause
    return error
