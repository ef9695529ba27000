"""How large what crosses to the activities and back may be, and what to say where it is larger."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter

from . import codec
from .digested import New
from .parts import parts
from .request import ModelRequest
from .values import canonical

PAYLOAD_LIMIT = 2 * 1024 * 1024 - 16 * 1024
"""Bytes of one payload that Temporal's server takes: 2 MiB by default (`limit.blobSize.error`), less a margin for what
the SDK adds. A payload codec may add more or take away."""

TOO_LARGE = "PayloadSizeError"

DEPTH_LIMIT = 150
"""Levels of lists and objects in each other of what models and tools give: some fewer than `codec.MAX_DEPTH`, for a
message, an approval or an agent's state has it in itself."""

TOO_DEEP = "PayloadDepthError"

RESULT_TOO_DEEP = f"it has more than {DEPTH_LIMIT} levels of lists and objects in each other, or holds itself"
"""What is said of a tool's result."""

READABLE_LEVELS = 200
"""Levels of JSON that pydantic reads; it writes 255."""

_NO_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[^][{}"]+', re.DOTALL)

_NAMED_PARTS = 5

OTHER_LIMIT = (
    "configure the client's DataConverter(external_storage=...). For a server with another limit, or a payload codec "
    "that makes payloads smaller: StrandsPlugin(payload_limit=...)."
)


def refusal_of_size(
    request: ModelRequest, messages: Mapping[int, New], fields: Mapping[str, New], limit: int
) -> dict[str, str] | None:
    """Refuse a request that is too large.

    Args:
        request: The request.
        messages: What of its messages is to be sent.
        fields: What of its other fields is to be sent.
        limit: Bytes that all these may have.

    Returns:
        Type and message of the error; None if the request is small enough.
    """
    total = sum(new.size for new in (*messages.values(), *fields.values()))
    if total <= limit:
        return None
    return _refusal(
        f"The model request is too large to be recorded: {total:,} bytes where {limit:,} are allowed. "
        f"{_largest_parts(request, messages, fields)} Give the agent less at once (smaller documents or images, "
        "shorter tool results), put the data where a tool can read it piece by piece, or " + OTHER_LIMIT
    )


def refusal_of_count(encoded: Any, limit: int | None) -> dict[str, str] | None:
    """Refuse to have a request's tokens counted that is too large."""
    if limit is None or (size := len(canonical(encoded))) <= limit:
        return None
    return _refusal(f"The request is too large for its tokens to be counted: {size:,} bytes of {limit:,}.")


def _refusal(message: str) -> dict[str, str]:
    return {"type": TOO_LARGE, "message": message}


def _largest_parts(request: ModelRequest, messages: Collection[int], fields: Collection[str]) -> str:
    sizes = [(len(canonical(codec.encode(value))), name) for name, value in parts(request, messages, fields)]
    sizes.sort(key=lambda each: -each[0])
    named = "; ".join(f"{name}: {size:,} bytes" for size, name in sizes[:_NAMED_PARTS])
    return f"Its largest parts: {named}." if len(sizes) > 1 else f"Its one part: {named}."


def reply_too_large(size: int, limit: int) -> str:
    """What to say of a reply that is too large to be recorded."""
    return (
        f"The model's reply is too large to be recorded: {size:,} bytes where {limit:,} are allowed. Have the model "
        "answer in smaller parts (its max_tokens, or the prompt), or " + OTHER_LIMIT
    )


REPLY_TOO_DEEP = (
    f"The model's reply has more than {DEPTH_LIMIT} levels of lists and objects in each other, more than can be "
    "recorded. Have its provider or its class leave out what it adds to its events."
)


def input_too_deep(tool: str) -> str:
    """What the model reads of a tool call whose input is nested too deep."""
    return (
        f"Tool {tool!r} was not called, and its input was left out: it has more than {DEPTH_LIMIT} levels of lists and "
        "objects in each other. Pass a flatter one."
    )


def arguments_too_large(tool: str, size: int, limit: int) -> str:
    """What the model reads of a tool call whose arguments are too large to be recorded."""
    return (
        f"Tool {tool!r} was not called: its arguments have {size:,} bytes, and {limit:,} are allowed. Pass less at "
        "once, or say where the tool finds the data."
    )


def hook_input_too_large(activity: str, size: int, limit: int) -> str:
    """What to say of an activity hook whose input is too large to be recorded."""
    return (
        f"Activity {activity!r} was not called: the input that activity_input made has {size:,} bytes, and {limit:,} "
        "are allowed. Have activity_input return less."
    )


def result_too_large(tool: str, size: int, limit: int) -> str:
    """What the model reads of a tool whose result is too large to be recorded."""
    return (
        f"Tool {tool!r} has run, but its result is too large to be recorded: {size:,} bytes, and {limit:,} are "
        "allowed. Ask it for a part or a summary; its author can have it return a reference to where the data is."
    )


def encoded_size(converter: PayloadConverter, values: Sequence[Any], limit: int | None) -> int:
    """Bytes of the payloads that values make; 0 where they are within the limit without a look.

    Raises:
        TypeError: One could be written, and not read again.
        Exception: What the converter raises of a value that it cannot write.
    """
    share = None if limit is None else limit / (len(values) or 1)
    if all(_is_within(value, share) for value in values):
        return 0
    payloads = converter.to_payloads(values)
    if any(has_more_levels(payload.data, READABLE_LEVELS) for payload in payloads if _is_json(payload)):
        raise TypeError(f"more than {READABLE_LEVELS} levels of lists and objects in each other")
    return sum(payload.ByteSize() for payload in payloads)


def has_more_levels(text: bytes, levels: int) -> bool:
    """Whether a JSON text has more levels of lists and objects in each other than that."""
    if text.count(b"[") + text.count(b"{") <= levels:
        return False
    depth = 0
    for bracket in _NO_BRACKETS.sub(b"", text):
        if bracket in b"[{":
            depth += 1
            if depth > levels:
                return True
        else:
            depth -= 1
    return False


def _is_json(payload: Payload) -> bool:
    return payload.metadata.get("encoding", b"").startswith(b"json/")


def _is_within(value: Any, limit: float | None) -> bool:
    if value is None or isinstance(value, (bool, float)):
        return True
    # A character is six bytes of JSON at most, and a payload has some metadata.
    return isinstance(value, (str, bytes)) and (limit is None or 6 * len(value) + 100 < limit)
