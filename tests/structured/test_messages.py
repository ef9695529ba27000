"""Messages with images in them go in and out of workflows as they are, for who has the plugin."""

from __future__ import annotations

import json
import math
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel
from strands.types.content import Messages
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter

from strands_temporal import StrandsPlugin
from strands_temporal._results.converter import StrandsPayloadConverter

from ..env import Env, at_rest
from ..long.runs import next_run
from .message_workflows import IMAGE, ChatInput, Pictures, count_images

PICTURE: Messages = [
    {"role": "user", "content": [{"image": {"format": "png", "source": {"bytes": IMAGE}}}, {"text": "what is it?"}]}
]


@pytest.mark.uncached
async def test_a_chat_with_an_image_can_be_asked_and_goes_on_in_another_run(env: Env) -> None:
    model = env.model(lambda request: f"{len(request.messages)} messages")
    client = Client(**{**env.client.config(), "plugins": [StrandsPlugin()]})
    async with env.worker(Pictures, activities=[count_images]):
        handle = await env.start(Pictures.run, ChatInput(PICTURE, 2), client=client)
        assert (await handle.execute_update(Pictures.say, PICTURE))["content"] == [{"text": "2 messages"}]
        assert await handle.execute_update(Pictures.count) == 2
        await at_rest(handle)
        expected = [*PICTURE, *PICTURE, {"role": "assistant", "content": [{"text": "2 messages"}]}]
        assert plain(await handle.query(Pictures.messages)) == expected
        untyped = await handle.query(Pictures.untyped)
        assert plain(untyped["messages"]) == expected and untyped["ids"] == [1] and "T" in untyped["at"]
        first = (await handle.describe()).run_id
        await handle.signal(Pictures.go_on)
        await next_run(handle, first)
        await handle.execute_update(Pictures.say, PICTURE)
        assert plain(model.requests[-1].messages) == [*expected, *PICTURE], "what the model saw in the second run"
        await handle.signal(Pictures.go_on)
        result = await env.result(handle)
    assert plain(result)[:4] == [*expected, *PICTURE]
    assert [each["content"][0].get("image", {}).get("source") for each in result] == [
        *({"bytes": IMAGE}, {"bytes": IMAGE}, None, {"bytes": IMAGE}, None)
    ]


def plain(messages: Any) -> list[Any]:
    """Messages without what Strands notes of each."""
    return [{"role": each["role"], "content": each["content"]} for each in messages]


class Model(BaseModel):
    data: dict[str, Any]
    day: date = date(2026, 1, 2)


@dataclass
class Kept:
    messages: Messages
    at: datetime
    worth: Decimal
    model: Model


def test_all_that_pydantic_writes_goes_beside_bytes() -> None:
    kept = Kept(PICTURE, datetime(2026, 1, 2, tzinfo=timezone.utc), Decimal("1.50"), Model(data={"raw": b"\xff"}))
    assert crossed(kept, Kept) == kept
    name = uuid.uuid4()
    value = {"raw": b"\xff", "id": name, "many": {3}, "text": "\ud83d", "none": math.inf, 5: (1, 2)}
    assert crossed(value) == {
        "raw": b"\xff",
        "id": str(name),
        "many": [3],
        "text": "\ud83d",
        "none": math.inf,
        "5": [1, 2],
    }


def crossed(value: Any, hint: Any = None) -> Any:
    converter = StrandsPayloadConverter()
    return converter.from_payloads(converter.to_payloads([value]), None if hint is None else [hint])[0]


@pytest.mark.parametrize(
    "value", [{"a": 1}, {"raw": b"text"}, ["x", None], {"$bytes": "aGk="}, {"strands-temporal-form": "codec"}]
)
def test_what_pydantic_can_write_is_as_it_writes_it(value: Any) -> None:
    (ours,), (pydantics,) = (
        converter().to_payloads([value]) for converter in (StrandsPayloadConverter, PydanticPayloadConverter)
    )
    assert ours == pydantics
    assert crossed(value) == json.loads(ours.data), "data is never read as ours"


@pytest.mark.parametrize(
    "value", [object(), {"raw": b"\xff", "other": object()}, {"raw": b"\xff", "more": [lambda: 1]}]
)
def test_what_is_in_the_way_is_named(value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"object|function"):
        StrandsPayloadConverter().to_payloads([value])
