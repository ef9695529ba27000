"""How large what crosses to the model activity and back may be, and what to say where it is larger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .digested import New
from .request import ModelRequest

PAYLOAD_LIMIT = 2 * 1024 * 1024 - 16 * 1024
"""Bytes of one payload that Temporal's server takes: 2 MiB by default (`limit.blobSize.error`), less a margin for what
the SDK adds. A payload codec may add more or take away."""

TOO_LARGE = "PayloadSizeError"

_REMEDY = (
    "Give the agent less at once (smaller documents or images, shorter tool results), put the data where a tool can "
    "read it piece by piece, or configure the client's DataConverter(external_storage=...). For a server with another "
    "limit, or a payload codec that makes payloads smaller: StrandsPlugin(payload_limit=...)."
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
    sizes = {f"message {index} ({describe(request.messages[index])})": new.size for index, new in messages.items()}
    sizes |= {name: new.size for name, new in fields.items()}
    total = sum(sizes.values())
    if total <= limit:
        return None
    largest = max(sizes, key=lambda name: sizes[name])
    return {
        "type": TOO_LARGE,
        "message": (
            f"The model request is too large to be recorded: {total:,} bytes where {limit:,} are allowed; the largest "
            f"part is {largest} with {sizes[largest]:,} bytes. {_REMEDY}"
        ),
    }


def reply_too_large(size: int, limit: int) -> str:
    """What to say of a reply that is too large to be recorded."""
    return (
        f"The model's reply is too large to be recorded: {size:,} bytes where {limit:,} are allowed. Have the model "
        "answer in smaller parts (its max_tokens, or the prompt), or configure the client's "
        "DataConverter(external_storage=...). For a server with another limit, or a payload codec that makes payloads "
        "smaller: StrandsPlugin(payload_limit=...)."
    )


def describe(message: Mapping[str, Any]) -> str:
    """A message by its role and the kinds of its content blocks, tools and documents by name."""
    content: Sequence[Mapping[str, Any]] = message.get("content") or ()
    kinds = [_describe_block(block) for block in content]
    return f"{message.get('role')}: {', '.join(kinds[:5])}{', ...' if len(kinds) > 5 else ''}"


def _describe_block(block: Mapping[str, Any]) -> str:
    kind, value = next(iter(block.items()), ("empty block", None))
    if not isinstance(value, Mapping):
        return kind
    name: Any = value.get("name") or value.get("toolUseId")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return f"{kind} {name!r}" if name else kind
