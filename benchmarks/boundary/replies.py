"""What the scripted model answers; each answer tells what the model was given, so that a run can be checked."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from .text import ANSWER, TALK, THOUGHT, words

CHUNK = 50
SMALL_CHUNK = 5
"""Characters of a streamed delta; the small one, about a token, where a turn is about streaming."""

CHECK_EVERY = 5
"""The whole conversation is summed in these turns only: raw has none to sum, and its CPU is what the others' is
compared with."""

_HEAD = re.compile(r"turn (\d+) (\w+)")


def reply(messages: Sequence[Any]) -> dict[str, Any]:
    """The assistant's message for a conversation.

    Its last message says what to do: `tool` and `document` ask for a call of a tool, `result` and `talk` for a text,
    `chunks1000` for one of a thousand small chunks.
    """
    turn, action = _head(messages[-1])
    head = (
        f"[turn {turn}, {len(messages)} messages, sum {_sum(messages if turn % CHECK_EVERY == 0 else messages[-1:])}]\n"
    )
    if action in ("tool", "document"):
        query = f"turn {turn} {words(head, 50)}"
        arguments = {"query": query, "customer": f"C-{turn:06}", "limit": 20}
        use = {"toolUseId": f"call_{turn}", "name": "search_orders", "input": arguments}
        return {"role": "assistant", "content": [{"text": head + words(head, THOUGHT)}, {"toolUse": use}]}
    size = {"result": ANSWER, "talk": TALK}.get(action)
    if size is None:
        size = int(action.removeprefix("chunks")) * SMALL_CHUNK - len(head)
    return {"role": "assistant", "content": [{"text": head + words(head, size)}]}


def stream(messages: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The answer as a provider streams it."""
    message = reply(messages)
    size = SMALL_CHUNK if _head(messages[-1])[1].startswith("chunks") else CHUNK
    yield {"messageStart": {"role": "assistant"}}
    for block in message["content"]:
        if use := block.get("toolUse"):
            yield {"contentBlockStart": {"start": {"toolUse": {"name": use["name"], "toolUseId": use["toolUseId"]}}}}
            for part in _parts(json.dumps(use["input"]), size):
                yield {"contentBlockDelta": {"delta": {"toolUse": {"input": part}}}}
        else:
            yield {"contentBlockStart": {"start": {}}}
            for part in _parts(block["text"], size):
                yield {"contentBlockDelta": {"delta": {"text": part}}}
        yield {"contentBlockStop": {}}
    yield {"messageStop": {"stopReason": "tool_use" if use_in(message) else "end_turn"}}
    usage = {"inputTokens": 500 * len(messages), "outputTokens": 200, "totalTokens": 500 * len(messages) + 200}
    yield {"metadata": {"usage": usage, "metrics": {"latencyMs": 1}}}


def use_in(message: Any) -> bool:
    """Whether a message calls a tool."""
    return any("toolUse" in block for block in message["content"])


def _head(message: Any) -> tuple[int, str]:
    block = message["content"][0]
    text = block["text"] if "text" in block else block["toolResult"]["content"][0]["text"]
    match = _HEAD.match(text)
    assert match, f"not a message of this benchmark: {text[:100]!r}"
    return int(match[1]), match[2]


def _parts(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def _sum(messages: Sequence[Any]) -> str:
    crc = 0
    for message in messages:
        for block in message["content"]:
            crc = zlib.crc32(_data(block), crc)
    return f"{crc:08x}"


def _data(block: Any) -> bytes:
    if "text" in block:
        return block["text"].encode()
    if "toolUse" in block:
        return json.dumps(block["toolUse"]["input"], sort_keys=True).encode()
    if "toolResult" in block:
        return "".join(part["text"] for part in block["toolResult"]["content"]).encode()
    data: Any = block["document"]["source"]["bytes"]
    return data if isinstance(data, bytes) else data.encode()  # text under the official plugin's converter
