"""A model's stream events for tests: such as providers send, and any others; and what Strands makes of them."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Sequence
from importlib.metadata import version
from typing import Any

from hypothesis import strategies as st
from strands.event_loop.streaming import process_stream

Stream = list[dict[str, Any]]

# Before 1.62, Strands took a block that holds, say, text and a tool use for one of the two.
MIXED_BLOCKS = tuple(int(part) for part in version("strands-agents").split(".")[:2]) >= (1, 62)

texts = st.text(st.characters(), max_size=6)  # surrogates among them
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)


async def _process(events: Sequence[Any]) -> Any:
    async def chunks() -> AsyncIterator[Any]:
        for event in events:
            yield event

    return [event async for event in process_stream(chunks())][-1]["stop"]


def strands_outcome(events: Sequence[Any]) -> Any:
    """Stop reason, message, usage and metrics as Strands makes them, or the type of the error that it raises."""
    try:
        return asyncio.run(_process(copy.deepcopy(events)))
    except Exception as error:
        return type(error)


def strands_message(events: Sequence[Any]) -> Any:
    outcome = strands_outcome(events)
    return outcome[1] if isinstance(outcome, tuple) else outcome


# Streams as providers send them.


@st.composite
def pieces(draw: st.DrawFn, whole: st.SearchStrategy[Any]) -> list[Any]:
    """A text or bytes cut anywhere, some of the pieces empty."""
    value = draw(whole)
    cuts = sorted(draw(st.lists(st.integers(0, len(value)), max_size=4)))
    return [value[start:end] for start, end in zip([0, *cuts], [*cuts, len(value)], strict=True)]


@st.composite
def tool_inputs(draw: st.DrawFn) -> str:
    """A tool's arguments, most of them JSON; with ensure_ascii, cuts fall into escapes and surrogate pairs."""
    odd = ["", " \n", "{", '{"a": ', "nul", "NaN", "-Infinity", "[1, 2]", '"\\ud83d\\ude00"', '"\\ud83d"', "\ufeff{}"]
    if draw(st.booleans()):
        return draw(st.sampled_from(odd))
    return json.dumps(draw(json_values), ensure_ascii=draw(st.booleans()))


citations = st.fixed_dictionaries(
    {},
    optional={
        "title": texts,
        "sourceContent": st.lists(st.fixed_dictionaries({"text": texts}), max_size=2),
        "location": st.sampled_from(
            [{"web": {"url": "u"}}, {"documentChar": {"documentIndex": 0, "start": 1, "end": 2}}]
        ),
    },
)


@st.composite
def text_deltas(draw: st.DrawFn) -> Stream:
    return [{"text": piece} for piece in draw(pieces(texts))]


@st.composite
def cited_deltas(draw: st.DrawFn) -> Stream:
    deltas = [*draw(text_deltas()), *({"citation": each} for each in draw(st.lists(citations, max_size=2)))]
    return draw(st.permutations(deltas))


@st.composite
def reasoning_deltas(draw: st.DrawFn) -> Stream:
    deltas: Stream = [{"reasoningContent": {"text": piece}} for piece in draw(pieces(texts))]
    if draw(st.booleans()):
        deltas += [{"reasoningContent": {"signature": piece}} for piece in draw(pieces(texts))]
    return deltas


@st.composite
def redacted_deltas(draw: st.DrawFn) -> Stream:
    return [{"reasoningContent": {"redactedContent": piece}} for piece in draw(pieces(st.binary(max_size=6)))]


@st.composite
def tool_blocks(draw: st.DrawFn) -> tuple[dict[str, Any], Stream]:
    """Start and deltas of a tool use; its id and name in the start, in the first delta, in each, or not at all."""
    who = {"toolUseId": draw(st.text(max_size=3)), "name": draw(st.text(max_size=3))}
    place = draw(st.sampled_from(["start", "first", "each", "none"]))
    deltas: Stream = [{"toolUse": {"input": piece}} for piece in draw(pieces(tool_inputs()))]
    for delta in deltas[:1] if place == "first" else deltas if place == "each" else []:
        delta["toolUse"].update(who)
    if place != "start":
        return {}, deltas
    signature = draw(st.fixed_dictionaries({}, optional={"reasoningSignature": texts}))
    return {"toolUse": {**who, **signature}}, deltas


@st.composite
def blocks(draw: st.DrawFn, number: int, mixed: bool) -> Stream:
    start: dict[str, Any] = {}
    deltas: Stream = []
    kinds = [text_deltas(), cited_deltas(), reasoning_deltas(), redacted_deltas()]
    for _ in range(draw(st.integers(1, 3 if mixed else 1))):
        if draw(st.integers(0, 4)) == 0:
            start, more = draw(tool_blocks())
            deltas += more
        else:
            deltas += draw(st.one_of(kinds))
    if mixed:
        deltas = draw(st.permutations(deltas))
    index = draw(st.sampled_from([{}, {"contentBlockIndex": number}, {"contentBlockIndex": None}]))
    events: Stream = [{"contentBlockDelta": {**index, "delta": delta}} for delta in deltas]
    if start or draw(st.booleans()):  # Bedrock sends no start before text
        events.insert(0, {"contentBlockStart": {**index, "start": start}})
    return [*events, {"contentBlockStop": index}]


stops = st.fixed_dictionaries(
    {"stopReason": st.sampled_from(["end_turn", "tool_use", "max_tokens", "guardrail_intervened"])},
    optional={"additionalModelResponseFields": json_values},
)
metadata = st.fixed_dictionaries(
    {},
    optional={
        "usage": st.fixed_dictionaries(
            {"inputTokens": st.integers(0, 9)}, optional={"cacheReadInputTokens": st.just(1)}
        ),
        "metrics": st.fixed_dictionaries({"latencyMs": st.integers(0, 9)}),
        "trace": json_values,
    },
)
redactions = st.fixed_dictionaries(
    {}, optional={"redactUserContentMessage": st.none() | texts, "redactAssistantContentMessage": st.none() | texts}
)


@st.composite
def provider_streams(draw: st.DrawFn, mixed: bool = MIXED_BLOCKS) -> Stream:
    """A whole message; with `mixed`, of blocks that hold several kinds of content."""
    events: Stream = [{"messageStart": {"role": "assistant"}}] if draw(st.integers(0, 4)) else []
    for number in range(draw(st.integers(0, 3))):
        events += draw(blocks(number, mixed))
    events.append({"messageStop": draw(stops)})
    if draw(st.integers(0, 4)) == 0:
        events.append({"redactContent": draw(redactions)})
    if draw(st.booleans()):
        events.append({"metadata": draw(metadata)})
    return events


# All other streams: known kinds in any order and with anything in them.

_KINDS = [
    "messageStart",
    "contentBlockStart",
    "contentBlockDelta",
    "contentBlockStop",
    "messageStop",
    "metadata",
    "redactContent",
    "ping",
]
_odd = st.sampled_from([None, 0, True, [], {}, "", b"", "x", b"x", [1], {"text": "x"}])


def _some(known: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Mostly the known keys with what belongs there; at times other values, and keys that nobody knows."""
    return st.fixed_dictionaries({}, optional={key: value | _odd for key, value in known.items()} | {"x": _odd})


def _one(known: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of([st.fixed_dictionaries({key: value}) for key, value in known.items()])


_tool_use = {"toolUseId": st.sampled_from(["t", "u"]), "name": st.just("n")}
_tool_delta = {"input": st.sampled_from(["", "{", "}"]), **_tool_use}
_reasoning = {"text": texts, "signature": texts, "redactedContent": st.binary(max_size=2)}
_delta = {
    "text": texts,
    "toolUse": _some(_tool_delta) | st.fixed_dictionaries(_tool_delta),
    "citation": citations,
    "reasoningContent": _one(_reasoning) | _some(_reasoning),
}
_index = {"contentBlockIndex": st.sampled_from([0, 1, None, True, 1.0])}
_deltas = st.fixed_dictionaries({"delta": _one(_delta) | _some(_delta)}, optional=_index)
_start = _some({"toolUse": st.fixed_dictionaries(_tool_use) | _some({**_tool_use, "reasoningSignature": texts})})
_events = {
    "messageStart": st.just({"role": "assistant"}) | _some({"role": texts}),
    "contentBlockStart": st.fixed_dictionaries({"start": _start}) | _some({"start": _start}),
    "contentBlockDelta": _deltas | _some({"delta": _some(_delta)}),
    "contentBlockStop": _some(_index),
    "messageStop": stops,
    "metadata": metadata,
    "redactContent": redactions,
    "ping": json_values,
}
any_streams = st.lists(_one(_events) | _one({"contentBlockDelta": _deltas}) | _some(_events), max_size=12)
"""Events of known kinds in any order, and many of them damaged."""

garbage = st.recursive(
    scalars | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KINDS) | texts, inner, max_size=3),
    max_leaves=12,
)
garbage_streams = st.lists(garbage, max_size=5)


# What providers of Strands send, in the shapes that strands/models/*.py give it.
