"""Streams of events as providers send them, each with what is left of it when neighbours are merged."""

from __future__ import annotations

from typing import Any

from .streams import Stream


def _event(kind: str, **content: Any) -> dict[str, Any]:
    return {kind: content}


def _block(deltas: list[Any], start: dict[str, Any] | None = None, **index: int) -> Stream:
    first = [] if start is None else [_event("contentBlockStart", **index, start=start)]
    grown = [_event("contentBlockDelta", **index, delta=delta) for delta in deltas]
    return [*first, *grown, _event("contentBlockStop", **index)]


def _whole(blocks: list[Stream], stop: dict[str, Any], end: Stream, role: str = "assistant") -> Stream:
    return [
        _event("messageStart", role=role),
        *(each for block in blocks for each in block),
        {"messageStop": stop},
        *end,
    ]


def _text(*parts: str) -> list[Any]:
    return [{"text": part} for part in parts]


def _input(*parts: str) -> list[Any]:
    return [{"toolUse": {"input": part}} for part in parts]


def _thought(*parts: str) -> list[Any]:
    return [{"reasoningContent": {"text": part}} for part in parts]


_TOOL = {"toolUse": {"toolUseId": "t1", "name": "weather"}}
_USAGE = {"usage": {"inputTokens": 3, "outputTokens": 4, "totalTokens": 7}, "metrics": {"latencyMs": 0}}
_REDACTED = [
    {"redactContent": {"redactUserContentMessage": "[User input redacted.]"}},
    {"redactContent": {"redactAssistantContentMessage": "[Assistant output redacted.]"}},
]
_TRACE = {"guardrail": {"inputAssessment": {"g": {"topicPolicy": {"topics": [{"action": "BLOCKED"}]}}}}}
_SOURCE = {"title": "News", "location": {"web": {"url": "https://example.org"}}}

EXAMPLES: dict[str, tuple[Stream, int, list[Any]]] = {
    "bedrock": (
        _whole(
            [
                _block(_text("Let me ", "see", "."), contentBlockIndex=0),
                _block(_input("", '{"ci', 'ty": "K\\u00f', '6ln"}'), start=_TOOL, contentBlockIndex=1),
            ],
            {"stopReason": "tool_use", "additionalModelResponseFields": {"stop_sequence": None}},
            [{"metadata": {**_USAGE, "metrics": {"latencyMs": 412}}}],
        ),
        8,
        [
            {"text": "Let me see."},
            {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Köln"}}},
        ],
    ),
    "bedrock, a guardrail stepped in": (
        _whole(
            [_block(_text("Buy ", "gold"), contentBlockIndex=0)],
            {"stopReason": "guardrail_intervened"},
            [*_REDACTED, {"metadata": {**_USAGE, "trace": _TRACE}}],
        ),
        7,
        [{"text": "[Assistant output redacted.]"}],
    ),
    "bedrock, not streamed": (
        _whole(
            [
                _block([*_thought("Hm"), {"reasoningContent": {"signature": "sig"}}]),
                _block([{"reasoningContent": {"redactedContent": b"\x00\xff"}}]),
                _block([*_text("Gold is up."), {"citation": _SOURCE}, {"citation": {"title": "Other"}}]),
            ],
            {"stopReason": "end_turn", "additionalModelResponseFields": None},
            [{"metadata": _USAGE}],
        ),
        12,
        [
            {"reasoningContent": {"reasoningText": {"text": "Hm", "signature": "sig"}}},
            {"reasoningContent": {"redactedContent": b"\x00\xff"}},
            {"citationsContent": {"citations": [_SOURCE, {"title": "Other"}], "content": [{"text": "Gold is up."}]}},
        ],
    ),
    "anthropic, thinking and citing": (
        _whole(
            [
                _block(
                    [*_thought("I", " think", ""), {"reasoningContent": {"signature": "EqQB"}}],
                    start={},
                    contentBlockIndex=0,
                ),
                _block([], start={}, contentBlockIndex=1),  # redacted thinking, of which Strands drops the data
                _block(
                    [{"citation": {"title": "Doc", "sourceContent": [{"text": "up"}]}}, *_text("Up", "!")],
                    start={},
                    contentBlockIndex=2,
                ),
                _block(_input("", '{"a"', ": 1}"), start=_TOOL, contentBlockIndex=3),
            ],
            {"stopReason": "tool_use"},
            [{"metadata": {"usage": {**_USAGE["usage"], "cacheReadInputTokens": 2}, "metrics": {"latencyMs": 0}}}],
        ),
        16,
        [
            {"reasoningContent": {"reasoningText": {"text": "I think", "signature": "EqQB"}}},
            {
                "citationsContent": {
                    "citations": [{"title": "Doc", "sourceContent": [{"text": "up"}]}],
                    "content": [{"text": "Up!"}],
                }
            },
            {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"a": 1}}},
        ],
    ),
    "openai, reasoning and two tools": (
        _whole(
            [
                _block(_thought("So", " then"), start={}),
                _block(_text("A", "sk", "ing"), start={}),
                _block(_input("", "{", "}"), start=_TOOL),
                _block(_input("", "{bad"), start={"toolUse": {"toolUseId": "t2", "name": "time"}}),
            ],
            {"stopReason": "tool_use"},
            [{"metadata": _USAGE}],
        ),
        15,
        [
            {"reasoningContent": {"reasoningText": {"text": "So then"}}},
            {"text": "Asking"},
            {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {}}},
            {"toolUse": {"toolUseId": "t2", "name": "time", "input": {}}},
        ],
    ),
    "openai_responses, a web search": (
        _whole(
            [_block([*_text("Gold", " is"), {"citation": _SOURCE}, *_text(" up", ".")], start={})],
            {"stopReason": "end_turn"},
            [{"metadata": _USAGE}],
        ),
        8,
        [{"citationsContent": {"citations": [_SOURCE], "content": [{"text": "Gold is up."}]}}],
    ),
    "gemini, a signed tool use": (
        _whole(
            [
                _block([*_thought("Hm"), {"reasoningContent": {"signature": "c2ln"}}], start={}),
                _block(_input('{"a": 1}'), start={"toolUse": {**_TOOL["toolUse"], "reasoningSignature": "c2ln"}}),
            ],
            {"stopReason": "tool_use"},
            [{"metadata": _USAGE}],
        ),
        10,
        [
            {"reasoningContent": {"reasoningText": {"text": "Hm", "signature": "c2ln"}}},
            {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"a": 1}, "reasoningSignature": "c2ln"}},
        ],
    ),
    "ollama": (
        _whole(
            [
                _block(_input('{"a": 1}'), start=_TOOL),
                _block(_text("He", "llo", ""), start={}),
            ],
            {"stopReason": "tool_use"},
            [{"metadata": _USAGE}],
        ),
        9,
        [
            {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"a": 1}}},
            {"text": "Hello"},
        ],
    ),
    "one that names the tool in its deltas": (
        _whole(
            [
                _block(
                    [{"toolUse": {"toolUseId": "t1", "name": "weather", "input": part}} for part in ('{"a":', " 1}")]
                ),
                _block([{"toolUse": {"toolUseId": "t2", "name": "time", "input": "["}}, *_input("", "2]")]),
                _block(_input("{", "}")),
            ],
            {"stopReason": "end_turn"},
            [],
        ),
        9,
        [
            {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"a": 1}}},
            {"toolUse": {"toolUseId": "t2", "name": "time", "input": [2]}},
        ],
    ),
}
"""By the provider: events, the number of events when coalesced, and the content of the message."""
