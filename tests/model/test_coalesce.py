"""Coalesced events are fewer, hold all that the events held, and Strands makes the same of them."""

from __future__ import annotations

import copy
import itertools
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strands_temporal._model.coalesce import coalesce

from .stream_examples import EXAMPLES
from .streams import any_streams, garbage_streams, provider_streams, strands_outcome

limited = settings(max_examples=100)
whole_streams = provider_streams(mixed=False) | provider_streams(mixed=True)
PATHS = [("text",), ("toolUse", "input"), *(("reasoningContent", each) for each in ("text", "signature"))]
PATHS.append(("reasoningContent", "redactedContent"))


def delta(value: Any, **more: Any) -> dict[str, Any]:
    return {"contentBlockDelta": {"contentBlockIndex": 0, "delta": value, **more}}


def exact(value: Any) -> str:
    """Tells 1, True and 1.0 apart, which are equal in Python; the order of keys means nothing."""
    if isinstance(value, dict):
        return repr(sorted((repr(key), exact(item)) for key, item in value.items()))
    return repr([exact(item) for item in value]) if isinstance(value, list) else repr(value)


def taken_apart(event: Any) -> tuple[str | None, Any]:
    """A delta without what grows in it, and that; None for all other events."""
    for path in PATHS:
        rest = copy.deepcopy(event)
        try:
            holder = rest["contentBlockDelta"]["delta"]
            for key in path[:-1]:
                holder = holder[key]
            grown = holder[path[-1]]
            if isinstance(grown, (str, bytes)):
                holder[path[-1]] = None
                return f"{path} {exact(rest)}", grown
        except (KeyError, TypeError, IndexError):
            continue
    return None, event


@limited
@given(whole_streams | any_streams)
def test_strands_makes_the_same_of_coalesced_events(events: list[Any]) -> None:
    assert strands_outcome(coalesce(events)) == strands_outcome(events)


@limited
@given(whole_streams | any_streams | garbage_streams)
def test_nothing_is_lost_or_moved_and_the_events_stay_as_they_are(events: list[Any]) -> None:
    before = copy.deepcopy(events)
    merged = coalesce(events)
    assert events == before
    assert coalesce(merged) == merged
    rest = list(events)
    for event in merged:
        run = [rest.pop(0)]
        if event is run[0]:
            continue
        kind, grown = taken_apart(event)
        assert kind is not None
        while rest and taken_apart(rest[0])[0] == kind:
            run.append(rest.pop(0))
        assert len(run) > 1
        assert {taken_apart(each)[0] for each in run} == {kind}
        assert grown == type(grown)().join(taken_apart(each)[1] for each in run)
    assert not rest


@limited
@given(whole_streams)
def test_no_two_neighbours_could_still_be_merged(events: list[Any]) -> None:
    kinds = [taken_apart(event)[0] for event in coalesce(events)]
    assert all(one is None or one != other for one, other in itertools.pairwise(kinds))


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_providers_send(name: str) -> None:
    events, number, _ = EXAMPLES[name]
    merged = coalesce(events)
    assert len(merged) == number
    assert strands_outcome(merged) == strands_outcome(events)
    others = [event for event in events if "contentBlockDelta" not in event]
    assert [event for event in merged if "contentBlockDelta" not in event] == others


def test_the_merged_delta_has_the_form_of_the_first() -> None:
    index = {"contentBlockIndex": 3}
    parts = [{"contentBlockDelta": {"delta": {"text": part}, **index}} for part in ("", "a", "", "b\ud83d", "\ude00")]
    assert coalesce(parts) == [{"contentBlockDelta": {"delta": {"text": "ab\ud83d\ude00"}, **index}}]
    redacted = [delta({"reasoningContent": {"redactedContent": part}}) for part in (b"a", b"", b"\xff")]
    assert coalesce(redacted) == [delta({"reasoningContent": {"redactedContent": b"a\xff"}})]
    named = [delta({"toolUse": {"toolUseId": "t", "name": "n", "input": part}}) for part in '{"a": 1}']
    assert coalesce(named) == [delta({"toolUse": {"toolUseId": "t", "name": "n", "input": '{"a": 1}'}})]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (delta({"text": "a"}), delta({"text": "a"}, contentBlockIndex=1)),
        (delta({"text": "a"}, contentBlockIndex=1), delta({"text": "a"}, contentBlockIndex=True)),
        (delta({"text": "a"}, contentBlockIndex=None), {"contentBlockDelta": {"delta": {"text": "a"}}}),
        (delta({"text": "a"}), delta({"reasoningContent": {"text": "a"}})),
        (delta({"reasoningContent": {"text": "a"}}), delta({"reasoningContent": {"signature": "a"}})),
        (delta({"text": "a"}, p="x"), delta({"text": "a"}, p="x")),
        (delta({"text": "a", "new": 1}), delta({"text": "a", "new": 1})),
        (delta({"text": "a"}) | {"new": 1}, delta({"text": "a"}) | {"new": 1}),
        (delta({"text": None}), delta({"text": "a"})),
        (delta({"text": b"a"}), delta({"text": b"a"})),
        (delta({"toolUse": {"input": "a"}}), delta({"toolUse": {"input": "a", "name": "n"}})),
        (delta({"toolUse": {"input": "a", "name": "n"}}), delta({"toolUse": {"input": "a", "name": "m"}})),
        (delta({"toolUse": {"input": "a", "name": None}}), delta({"toolUse": {"input": "a", "toolUseId": None}})),
        (delta({"toolUse": {"input": "a", "name": 1}}), delta({"toolUse": {"input": "a", "name": True}})),
        (delta({"toolUse": {"input": "a", "new": 1}}), delta({"toolUse": {"input": "a", "new": 1}})),
        (delta({"toolUse": {"name": "n"}}), delta({"toolUse": {"name": "n"}})),
        (delta({"toolUse": {"input": {}}}), delta({"toolUse": {"input": {}}})),
        (delta({"reasoningContent": {"text": "a", "new": 1}}), delta({"reasoningContent": {"text": "a", "new": 1}})),
        (delta({"reasoningContent": {"redactedContent": "a"}}), delta({"reasoningContent": {"redactedContent": "a"}})),
        (delta({"citation": {"title": "a"}}), delta({"citation": {"title": "a"}})),
        (delta({}), delta({})),
        ({"contentBlockDelta": None}, {"contentBlockDelta": None}),
        ({"ping": {}}, {"ping": {}}),
    ],
)
def test_what_is_not_merged(one: Any, other: Any) -> None:
    for events in ([one, other], [other, one], [one, {"ping": {}}, one]):
        assert all(each is event for each, event in zip(coalesce(events), events, strict=True))


def test_thousands_of_deltas_take_no_time() -> None:
    events = [delta({"text": "word "}) for _ in range(5000)]
    events += [delta({"toolUse": {"toolUseId": "t", "name": "n", "input": "word "}}) for _ in range(5000)]
    start = time.process_time()
    assert len(coalesce(events)) == 2
    assert time.process_time() - start < 0.5


@limited
@given(st.lists(st.sampled_from([delta({"text": "a"}), delta({"text": ""}), delta({"citation": {}})]), max_size=8))
def test_runs_end_where_something_else_stands_between(events: list[Any]) -> None:
    runs = [list(run) for _, run in itertools.groupby(events, key=lambda each: "text" in str(each))]
    expected = sum(1 if "text" in str(run[0]) else len(run) for run in runs)
    assert len(coalesce(events)) == expected
