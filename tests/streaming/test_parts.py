"""When batches are due, and what of a reply is left when its activity ends."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import TypeAdapter
from strands.types.streaming import StreamEvent

from strands_temporal._model.coalesce import coalesce
from strands_temporal._streaming import repaired
from strands_temporal._streaming.options import Streaming
from strands_temporal._streaming.pace import GATHER_SECONDS, MAX_SECONDS, Pace
from strands_temporal._streaming.published import is_content, items_of
from strands_temporal._streaming.rest import position, rest


def times(pace: Pace, length: float) -> list[float]:
    """When the batches of a reply are sent whose model never stops."""
    now, sent = 0.0, [0.0]
    pace.sent(now, content=True)
    while (now := now + pace.wait(now)) < length:
        pace.sent(now, content=True)
        sent.append(now)
    return sent


def test_a_default_interval_grows_with_the_reply() -> None:
    sent = times(Pace(None), 2.0)
    gaps = [b - a for a, b in pairwise(sent)]
    assert gaps[0] == pytest.approx(0.1)  # pyright: ignore[reportUnknownMemberType]
    assert gaps == sorted(gaps) and len(sent) <= 7
    late = times(Pace(None), 60)
    assert late[-1] - late[-2] == pytest.approx(MAX_SECONDS)  # pyright: ignore[reportUnknownMemberType]
    assert len(late) < 40


def test_a_given_interval_stays() -> None:
    assert len(times(Pace(timedelta(milliseconds=100)), 1.95)) == 20


def test_what_comes_before_the_content_waits_a_moment_only() -> None:
    pace = Pace(timedelta(hours=1))
    assert pace.wait(5.0) == GATHER_SECONDS
    pace.sent(5.0, content=False)
    assert not pace.led and pace.wait(5.0) == GATHER_SECONDS


@pytest.mark.parametrize(
    ("event", "content"),
    [
        ({"messageStart": {"role": "assistant"}}, False),
        ({"contentBlockStart": {"start": {}}}, False),
        ({"contentBlockStart": {"start": None}}, False),
        ({"contentBlockStart": {"start": {"toolUse": {"name": "a", "toolUseId": "1"}}}}, True),
        ({"contentBlockDelta": {"delta": {"text": "a"}}}, True),
        ({"messageStop": {"stopReason": "end_turn"}}, True),
    ],
)
def test_content(event: Any, content: bool) -> None:
    assert is_content(event) is content


def some_events(chance: random.Random) -> list[Any]:
    makers = [
        lambda: {"contentBlockDelta": {"delta": {"text": "abc"[: chance.randrange(4)]}}},
        lambda: {"contentBlockDelta": {"delta": {"reasoningContent": {"text": "think"}}}},
        lambda: {"contentBlockDelta": {"delta": {"reasoningContent": {"redactedContent": b"\x00\xff"}}}},
        lambda: {"contentBlockDelta": {"delta": {"toolUse": {"input": '{"a": 1}'}}, "contentBlockIndex": 1}},
        lambda: {"contentBlockStop": {}},
    ]
    weights = [8, 4, 2, 3, 1]
    return [maker() for maker in chance.choices(makers, weights, k=chance.randrange(1, 30))]


@pytest.mark.parametrize("seed", range(200))
def test_what_was_sent_and_the_rest_are_the_whole_reply(seed: int) -> None:
    chance = random.Random(seed)
    events = some_events(chance)
    published = chance.randrange(len(events) + 1)
    left = rest(coalesce(events), position(events, published))
    assert coalesce([*coalesce(events[:published]), *left]) == coalesce(events)


def test_items_are_json() -> None:
    events: list[Any] = [
        {"contentBlockDelta": {"delta": {"reasoningContent": {"redactedContent": b"\xff"}}}},
        {"contentBlockDelta": {"delta": {"text": "lone \ud83d surrogate"}}},
        {"metadata": {"metrics": {"latencyMs": float("nan")}}},
    ]
    items = items_of(events, raw=False)
    assert items[0] == {"contentBlockDelta": {"delta": {"reasoningContent": {}}}}  # encrypted, and of use to nobody
    raw = items_of(events, raw=True)
    assert raw[0]["contentBlockDelta"]["delta"]["reasoningContent"]["redactedContent"] == "/w=="
    assert items[1]["contentBlockDelta"]["delta"]["text"] == "lone \ufffd surrogate"
    assert items[2] == {"metadata": {}}  # a latency has to be a number, and metrics have to have one
    assert raw[2:] == [{"metadata": {"metrics": {"latencyMs": None}}}]


USAGE = {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}


@pytest.mark.parametrize(
    ("event", "published"),
    [
        ({"messageStop": {"stopReason": "never_heard_of"}}, {"messageStop": {}}),
        ({"contentBlockStart": {"start": None}}, {"contentBlockStart": {}}),
        (
            {"metadata": {"usage": USAGE, "metrics": {"latencyMs": 12.5}}},
            {"metadata": {"usage": USAGE}},
        ),
        ({"metadata": {"usage": {"inputTokens": 1}}}, {"metadata": {}}),
        ({"metadata": {"trace": {"guardrail": {"inputAssessment": 5}}}}, {"metadata": {}}),
        ("no event", {}),
        ({"messageStart": {}}, {}),
    ],
)
def test_what_no_reader_of_stream_events_could_read_is_left_out(event: Any, published: Any) -> None:
    (item,) = items_of([event], raw=False)
    assert item == published
    TypeAdapter(StreamEvent).validate_python(item, strict=True)


def cites(**parts: Any) -> Any:
    return {"contentBlockDelta": {"delta": {"citation": parts}}}


def odd_keys(number: int) -> Any:
    return {f"odd {each}": each for each in range(number)}


@pytest.mark.parametrize(
    ("event", "published"),
    [
        (
            cites(sourceContent=["odd", {"text": "a"}, {"text": 5}, None, {"text": "b"}, "odd"]),
            cites(sourceContent=[{"text": "a"}, {}, {"text": "b"}]),
        ),
        (
            cites(location={"documentChar": {"documentIndex": 0, "start": 1.5, "end": "x"}}),
            cites(location={"documentChar": {"documentIndex": 0}}),
        ),
        (cites(location={"odd": 1, "web": {"url": "u"}}, title=5), cites(location={"web": {"url": "u"}})),
        (cites(location=5, sourceContent={}, title="t"), cites(title="t")),
        (cites(location=odd_keys(5), title="t"), cites(location={}, title="t")),
        (cites(location=odd_keys(1000), title="t"), cites(title="t")),  # what is odd so often is left out whole
        (
            {"metadata": {"usage": {**USAGE, "inputTokens": 0.5, "outputTokens": None}, "metrics": {"latencyMs": 1}}},
            {"metadata": {"metrics": {"latencyMs": 1}}},
        ),
    ],
)
def test_of_several_odd_parts_each_is_left_out(event: Any, published: Any) -> None:
    (item,) = items_of([event], raw=False)
    assert item == published
    TypeAdapter(StreamEvent).validate_python(item, strict=True)


@pytest.mark.parametrize(
    "make",
    [
        lambda number: cites(sourceContent=["odd"] * number),
        lambda number: cites(sourceContent=[{"text": 5}, {"text": "fine"}] * number),
        lambda number: cites(location=odd_keys(number)),
        lambda number: cites(location=odd_keys(number), sourceContent=["odd"] * number, title=5),
    ],
)
def test_many_odd_parts_are_not_looked_at_for_each_of_them(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look costs as much as there are parts, and the workflow's thread has two seconds."""
    looks = 0
    events: Any = repaired._EVENTS  # pyright: ignore[reportPrivateUsage]

    def counted(value: Any, **options: Any) -> Any:
        nonlocal looks
        looks += 1
        return events.validate_python(value, **options)

    monkeypatch.setattr(repaired, "_EVENTS", SimpleNamespace(validate_python=counted))
    for number in (1000, 4000):
        looks = 0
        (item,) = items_of([make(number)], raw=False)
        TypeAdapter(StreamEvent).validate_python(item, strict=True)
        assert looks <= 3


def test_an_event_of_nothing_but_errors_is_left_out() -> None:
    (item,) = items_of([cites(sourceContent=["odd"] * (repaired.MOST + 1))], raw=False)
    assert item == {}


def test_the_official_plugins_request_asks_for_every_event() -> None:
    wire = {"model_name": "m", "messages": [], "streaming_topic": "t", "streaming_batch_interval_seconds": 0.25}
    assert Streaming.from_wire(wire) == Streaming("t", timedelta(milliseconds=250), raw_events=True)


@pytest.mark.parametrize(
    "streaming",
    [
        Streaming(),
        Streaming("t"),
        Streaming("t", timedelta(seconds=1), raw_events=True, live=timedelta(seconds=0.2)),
        Streaming(live=timedelta(milliseconds=100)),
    ],
)
def test_what_is_asked_for_reaches_the_activity(streaming: Streaming) -> None:
    assert Streaming.from_wire({"version": 2, **streaming.to_wire()}) == streaming
