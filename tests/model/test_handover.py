"""A request whole in the process of the workflow: the same for the model as one rebuilt from its edit."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from strands.types.content import Messages
from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter

from strands_temporal import StrandsPlugin, TemporalAgent
from strands_temporal._model.cache import RequestCache, SentKey
from strands_temporal._model.frozen import FrozenRequest
from strands_temporal._model.recorded import RecordedRequest
from strands_temporal.testing import ScriptedModel, ScriptedRequest

from ..env import Env


@workflow.defn
class ThreeTurns:
    """Tuples are what JSON has not, and users write them."""

    @workflow.run
    async def run(self, tuples: bool) -> str:
        content: Any = [{"text": "first"}]
        messages: Messages = [
            {"role": "user", "content": cast(Any, tuple(content)) if tuples else content},
            {"role": "assistant", "content": [{"text": "well"}]},
        ]
        agent = TemporalAgent("scripted", messages=messages, callback_handler=None)
        return [str(await agent.invoke_async(f"turn {turn}")) for turn in range(3)][-1]


class Own(PydanticPayloadConverter):
    """A converter of the user's own."""


def echo(request: ScriptedRequest) -> str:
    return json.dumps([type(message["content"]).__name__ for message in request.messages])


async def rebuilt(monkeypatch: pytest.MonkeyPatch, env: Env, *, tuples: bool, client: Client | None = None) -> int:
    """Run three turns, check what the model saw, and count the requests that were rebuilt from their edits."""
    count = 0
    rebuild = RecordedRequest.rebuild

    def counted(base: RecordedRequest, wire: Any) -> RecordedRequest:
        nonlocal count
        count += 1
        return rebuild(base, wire)

    monkeypatch.setattr(RecordedRequest, "rebuild", counted)
    cache = RequestCache()
    model = ScriptedModel(echo)
    env.plugin = StrandsPlugin(models={"scripted": lambda: model})
    env.plugin._cache = cache  # pyright: ignore[reportPrivateUsage]
    async with env.worker(ThreeTurns, client=client):
        answer = await env.result(await env.start(ThreeTurns.run, tuples, client=client))
    assert json.loads(answer) == ["list"] * 7
    texts = [part["text"] for message in model.requests[-1].messages for part in message["content"]]
    assert texts[::2] == ["first", "turn 0", "turn 1", "turn 2"]
    held = [type(key).__name__ for key in cache._entries]  # pyright: ignore[reportPrivateUsage]
    assert "SentKey" not in held, "kept after its call"
    assert bool(held) == bool(count)
    return count


async def test_it_is_not_rebuilt_where_it_is_at_hand(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    # A workflow that is evicted before the activity begins takes its request along, so without a cache it depends.
    assert await rebuilt(monkeypatch, env, tuples=False) == 0 or not env.cached


@pytest.mark.uncached
async def test_what_reading_would_change_goes_the_way_of_the_wire(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await rebuilt(monkeypatch, env, tuples=True) == 3


async def test_a_converter_of_the_users_own_has_its_say(
    client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = client.config(active_config=True)
    config["data_converter"] = DataConverter(payload_converter_class=Own)
    assert await rebuilt(monkeypatch, Env(client, task_queue), tuples=False, client=Client(**config)) == 3


def test_a_request_that_is_larger_than_the_cache_costs_the_others_nothing() -> None:
    cache = RequestCache(max_bytes=1000)
    keys = [SentKey("run", str(number)) for number in range(11)]
    requests = [FrozenRequest([bytes([number]) * 100], {}) for number in range(11)]
    for key, request in zip(keys[:10], requests, strict=False):
        cache.put_sent(key, request)
    large = SentKey("run", "large")
    cache.put_sent(large, FrozenRequest([b"x" * 1001], {}))
    assert cache.get_sent(large) is None
    assert [cache.get_sent(key) for key in keys[:10]] == requests[:10]
    # In the place of a smaller one it is not kept either, and that one is of no use any more.
    cache.put_sent(keys[0], FrozenRequest([b"x" * 1001], {}))
    assert cache.get_sent(keys[0]) is None
    cache.put_sent(keys[0], requests[0])
    cache.put_sent(keys[10], requests[10])
    assert [cache.get_sent(key) for key in keys] == [requests[0], None, *requests[2:]]
    cache.put_sent(large, FrozenRequest([b"x" * 1000], {}))  # as large as the cache itself
    assert cache.get_sent(large) is not None and cache.get_sent(keys[0]) is None
