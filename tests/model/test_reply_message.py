"""The message of a reply is the one that Strands makes, it is pinned, and no events are too odd to ask for it."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from strands_temporal._model.coalesce import coalesce
from strands_temporal._model.reply_message import reply_message

from .stream_examples import EXAMPLES
from .streams import any_streams, garbage_streams, provider_streams, strands_message

limited = settings(max_examples=100)


def delta(**content: Any) -> dict[str, Any]:
    return {"contentBlockDelta": {"delta": content}}


def tool(raw: str, **start: Any) -> list[Any]:
    use = {"toolUseId": "t", "name": "n", **start}
    return [{"contentBlockStart": {"start": {"toolUse": use}}}, delta(toolUse={"input": raw}), STOP]


STOP: dict[str, Any] = {"contentBlockStop": {}}


def content(events: list[Any]) -> Any:
    message = reply_message(events)
    return message and message["content"]


@limited
@given(provider_streams())
def test_it_is_the_message_that_strands_makes(events: list[Any]) -> None:
    message = reply_message(events)
    assert message == strands_message(events)
    assert message == reply_message(coalesce(events))


@limited
@given(provider_streams(mixed=True) | any_streams | garbage_streams)
def test_no_events_are_too_odd(events: list[Any]) -> None:
    before = copy.deepcopy(events)
    message = reply_message(events)
    assert events == before
    assert message == reply_message(coalesce(events))
    assert message is None or message.keys() == {"role", "content"}


@limited
@given(provider_streams() | any_streams)
def test_it_shares_nothing_with_the_events(events: list[Any]) -> None:
    def containers(value: Any) -> set[int]:
        items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return set() if items is None else {id(value)}.union(*map(containers, items))

    assert not containers(reply_message(events)) & containers(events)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_providers_send(name: str) -> None:
    events, _, expected = EXAMPLES[name]
    assert reply_message(events) == {"role": "assistant", "content": expected}
    assert strands_message(events) == reply_message(events)


def test_the_rules_for_what_no_provider_should_send() -> None:
    """Pinned: references in histories mean what these rules say, though Strands may come to have others."""
    assert reply_message([]) == {"role": "assistant", "content": []}
    assert reply_message([{"messageStart": {"role": "user"}}, {"ping": 1}, {}]) == {"role": "user", "content": []}
    # A block that was not ended is left out.
    assert content([delta(text="a"), {"messageStop": {}}]) == []
    # A block may hold several kinds of content, which then stand in a fixed order.
    mixed = [
        delta(reasoningContent={"redactedContent": b"r"}),
        delta(reasoningContent={"signature": ""}),
        delta(text="a"),
        delta(image={}),
        delta(toolUse={"toolUseId": "t", "name": "n"}),
        STOP,
    ]
    assert content(mixed) == [
        {"toolUse": {"toolUseId": "t", "name": "n", "input": {}}},
        {"text": "a"},
        {"reasoningContent": {"reasoningText": {"text": "", "signature": ""}}},
        {"reasoningContent": {"redactedContent": b"r"}},
    ]
    # Text and citations stay open over an incomplete tool use, citations also over a block without text.
    incomplete = [delta(citation={"title": "c"}), STOP, delta(text="a"), *tool("{}", name=""), delta(text="b"), STOP]
    cited = {"citationsContent": {"citations": [{"title": "c"}], "content": [{"text": "ab"}]}}
    assert content(incomplete) == [cited]
    # The first id and name of a tool use count; a start begins anew.
    named = delta(toolUse={"input": "{", "toolUseId": "u", "name": "m"})
    use = {"toolUse": {"toolUseId": "t", "name": "n", "input": [1]}}
    assert content([named, *tool("[")[:2], delta(toolUse={"input": "1]", "name": "o"}), STOP, STOP]) == [use]
    assert content([named, {"contentBlockStart": {"start": {}}}, STOP]) == []
    # The last redaction counts, and nothing is added after it.
    redactions = [{"redactContent": {"redactAssistantContentMessage": each}} for each in ("x", "", None)]
    ignored = {"messageStop": {}, "redactContent": {"redactAssistantContentMessage": "y"}}
    assert content([delta(text="a"), STOP, *redactions, ignored, delta(text="b"), STOP]) == [{"text": ""}]
    # Of an event or a delta of several kinds, the first counts.
    both = {"messageStart": {"role": "a"}, **delta(text="x")}
    assert reply_message([both, {**delta(text="y", citation={}), **STOP}, STOP]) == {
        "role": "a",
        "content": [{"text": "y"}],
    }


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("", {}),
        (" \u00a0\n", {}),
        ("{", {}),
        ('{"a": 1} x', {}),
        ("\ufeff{}", {}),
        ("{'a': 1}", {}),
        ('{"a": "\n"}', {}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ("[1, 2.5, -0, null]", [1, 2.5, 0, None]),
        ('"\\ud83d\\ude00 \\ud83d"', "😀 \ud83d"),
        ("1e999", float("inf")),
        ("NaN", json.loads("NaN")),
        ("9" * 640, int("9" * 640)),
        ("[" * 99 + "1" + "]" * 99, json.loads("[" * 99 + "1" + "]" * 99)),
    ],
)
def test_the_input_of_a_tool_use(raw: str, value: Any) -> None:
    assert repr(content(tool(raw))) == repr([{"toolUse": {"toolUseId": "t", "name": "n", "input": value}}])
    assert repr(strands_message(tool(raw))["content"][0]["toolUse"]["input"]) == repr(value)


def test_the_outcome_does_not_depend_on_the_process() -> None:
    def nested(levels: int) -> list[Any]:
        return tool("[" * levels + "]" * levels)

    assert content(nested(101)) is not None
    assert [reply_message(nested(levels)) for levels in (102, 10**4, 10**6)] == [None] * 3
    assert reply_message(tool("1" * 641)) is None

    def deeper(levels: int, call: Callable[[], Any]) -> Any:
        return deeper(levels - 1, call) if levels else call()

    deep = deeper(sys.getrecursionlimit() // 2, lambda: content(nested(100)))
    assert repr(deep) == repr(content(nested(100)))


@pytest.mark.parametrize(
    "events",
    [
        None,
        [None],
        ["messageStart"],
        [{"messageStart": {}}],
        [{"messageStart": {"role": None}}],
        [{"contentBlockStart": {}}],
        [{"contentBlockStart": {"start": None}}],
        [{"contentBlockStart": {"start": {"toolUse": {"name": "n"}}}}],
        tool("{}", toolUseId=1),
        tool("{}", reasoningSignature=1),
        [{"contentBlockDelta": {"delta": []}}],
        [delta(text=None)],
        [delta(toolUse={"input": {}})],
        [delta(citation={"title": {1}})],
        [delta(reasoningContent=None)],
        [delta(reasoningContent={"signature": None})],
        [delta(reasoningContent={"redactedContent": "r"})],
        [{"redactContent": {"redactAssistantContentMessage": 1}}],
    ],
)
def test_what_has_no_meaning_has_no_message(events: Any) -> None:
    assert reply_message(events) is None
