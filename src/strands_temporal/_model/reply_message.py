"""The assistant message that a model's stream events make, by rules that never change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

# Far below where Python stops, which depends on the process and on where in it the message is built.
_MAX_DEPTH = 100
# The least that `sys.set_int_max_str_digits` can limit a process to.
_MAX_DIGITS = 640


def reply_message(events: Sequence[Any]) -> dict[str, Any] | None:
    """Build the message of a model call.

    Its outcome is wire format for ever: a request in a history that keeps this message by reference means what this
    function makes of the recorded events, on every version of this library, Strands and Python. So the rules are those
    of Strands 1.62's `process_stream`, written down here instead of called, and they do not follow a later Strands. Who
    refers to a message compares it with this outcome first.

    Args:
        events: Stream events of any shape, as the model gave them or coalesced. They are left as they are.

    Returns:
        `role` and `content`, sharing nothing that can change with the events. None if the rules do not say what the
        message is, or if it would depend on the process: on its recursion limit or its limit of digits.
    """
    try:
        return _message(events)
    except Exception:
        return None


def _message(events: Sequence[Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": []}
    content: list[Any] = message["content"]
    block = _Block()
    for event in events:
        kinds = _dict(event)
        # In this order: of an event of several kinds, the first counts.
        if "messageStart" in kinds:
            message["role"] = _text(_dict(kinds["messageStart"])["role"])
        elif "contentBlockStart" in kinds:
            block.start(_dict(_dict(kinds["contentBlockStart"])["start"]))
        elif "contentBlockDelta" in kinds:
            block.add(_dict(_dict(kinds["contentBlockDelta"])["delta"]))
        elif "contentBlockStop" in kinds:
            content.extend(block.stop())
        elif "messageStop" in kinds or "metadata" in kinds:
            continue
        elif "redactContent" in kinds:
            text = _dict(kinds["redactContent"]).get("redactAssistantContentMessage")
            if text is not None:
                message["content"] = [{"text": _text(text)}]  # instead of all there was, and of what follows
    return message


class _Block:
    """The content block that is open. What its stop does not use up stays for the next one."""

    def __init__(self) -> None:
        self._tool: dict[str, Any] | None = None
        self._input: list[str] = []
        self._text: list[str] = []
        self._citations: list[Any] = []
        self._reasoning: list[str] = []
        self._signature: list[str] | None = None
        self._redacted: list[bytes] = []

    def start(self, start: dict[Any, Any]) -> None:
        """Start a tool use, or a block that only its deltas describe."""
        self._tool, self._input = None, []
        if start.get("toolUse"):
            tool = _dict(start["toolUse"])
            self._tool = {"toolUseId": tool["toolUseId"], "name": tool["name"]}
            if "reasoningSignature" in tool:
                self._tool["reasoningSignature"] = _text(tool["reasoningSignature"])

    def add(self, delta: dict[Any, Any]) -> None:
        """Add a delta; of one of several kinds, the first counts."""
        if "toolUse" in delta:
            self._add_tool_use(_dict(delta["toolUse"]))
        elif "text" in delta:
            self._text.append(_text(delta["text"]))
        elif "citation" in delta:
            self._citations.append(_copy(delta["citation"]))
        elif "reasoningContent" in delta:
            self._add_reasoning(_dict(delta["reasoningContent"]))

    def _add_tool_use(self, delta: dict[Any, Any]) -> None:
        self._input.append(_text(delta.get("input", "")))
        if self._tool is None:  # some models say in the deltas, and without a start, what tool it is
            self._tool = {}
        for key in ("toolUseId", "name"):
            if key in delta:
                self._tool.setdefault(key, delta[key])

    def _add_reasoning(self, delta: dict[Any, Any]) -> None:
        if "text" in delta:
            self._reasoning.append(_text(delta["text"]))
        elif "signature" in delta:
            self._signature = [] if self._signature is None else self._signature
            self._signature.append(_text(delta["signature"]))
        elif redacted := delta.get("redactedContent"):
            self._redacted.append(_bytes(redacted))

    def stop(self) -> list[Any]:
        """End the block and return what it adds to the message's content."""
        content: list[Any] = []
        if self._tool is not None:
            tool, self._tool = self._tool, None
            tool["input"], self._input = _parse("".join(self._input)), []
            if not tool.get("toolUseId") or not tool.get("name"):
                return content  # such a tool use is left out, and what else is open stays so
            content.append({"toolUse": {**tool, "toolUseId": _text(tool["toolUseId"]), "name": _text(tool["name"])}})
        if text := "".join(self._text):
            if self._citations:
                content.append({"citationsContent": {"citations": self._citations, "content": [{"text": text}]}})
                self._citations = []
            else:
                content.append({"text": text})
            self._text = []
        reasoning = {"text": "".join(self._reasoning)}
        if self._signature is not None:
            reasoning["signature"] = "".join(self._signature)
        if reasoning["text"] or "signature" in reasoning:
            content.append({"reasoningContent": {"reasoningText": reasoning}})
            self._reasoning, self._signature = [], None
        if self._redacted:
            content.append({"reasoningContent": {"redactedContent": b"".join(self._redacted)}})
            self._redacted = []
        return content


def _parse(raw: str) -> Any:
    """A tool's input; what is not JSON, such as no text at all, counts as no arguments."""
    try:
        value = _DECODER.decode(raw)
    except ValueError:
        return {}
    return _copy(value)


def _int(digits: str) -> int:
    # A longer number is an error or is none, as `sys.set_int_max_str_digits` has it in the process.
    if len(digits) > _MAX_DIGITS:
        raise OverflowError("a number of too many digits")
    return int(digits)


_DECODER = json.JSONDecoder(parse_int=_int)


def _copy(value: Any, depth: int = 0) -> Any:
    if depth > _MAX_DEPTH:
        raise RecursionError("a value of too many levels")
    if isinstance(value, dict):
        return {_text(key): _copy(item, depth + 1) for key, item in _dict(value).items()}
    if isinstance(value, list):
        return [_copy(item, depth + 1) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return _bytes(value)


def _dict(value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise TypeError("not a dict")
    return value  # pyright: ignore[reportUnknownVariableType]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _bytes(value: Any) -> bytes:
    if not isinstance(value, (bytes, bytearray)):
        raise TypeError("not bytes")
    return bytes(value)
