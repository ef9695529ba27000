"""What JSON cannot hold, in the official plugin's form.

Its values are as pydantic writes and reads them. Bytes are UTF-8 text there, so others cannot be written; and who reads
without types, as this package and its models do, gets text. All that is bytes in a reply is the redacted content of
reasoning. Where that is no UTF-8 it is written as a `data:` URL: a workflow of the official plugin keeps it as it comes
and sends it back with its next request, where it becomes the same bytes again.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, cast

from .._streaming.parts import part
from . import codec

_URL = "data:application/octet-stream;base64,"


def encode(value: Any) -> Any:
    """Write events; what is neither text nor bytes is left to the payload converter."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _text(bytes(value))  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, str):
        return codec.valid_text(value)
    if isinstance(value, Mapping):
        return {encode(key): encode(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in cast("list[Any]", value)]
    return value


def decode_events(events: list[Any]) -> list[Any]:
    """Read the events of a reply."""
    return [_with_bytes(event, "contentBlockDelta", "delta", *_REDACTED) for event in events]


def decode_messages(messages: Any) -> Any:
    """Read the messages of a request."""
    if not isinstance(messages, list):
        return messages
    return [_message(each) for each in cast("list[Any]", messages)]


_REDACTED = ("reasoningContent", "redactedContent")


def _message(message: Any) -> Any:
    content = part(message, "content")
    if not isinstance(content, list):
        return message
    return {**message, "content": [_with_bytes(block, *_REDACTED) for block in cast("list[Any]", content)]}


def _with_bytes(value: Any, *path: str) -> Any:
    """The value with bytes for the text at a path of it, where there is one."""
    if not isinstance(text := part(value, *path), str):
        return value
    return _replaced(value, path, _bytes(text))


def _replaced(value: Any, path: tuple[str, ...], new: Any) -> Any:
    key, *rest = path
    return {**value, key: _replaced(value[key], tuple(rest), new) if rest else new}


def _text(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = _URL
    return _URL + base64.b64encode(data).decode("ascii") if text.startswith(_URL) else text


def _bytes(text: str) -> bytes:
    if not text.startswith(_URL):
        return text.encode()
    return base64.b64decode(text.removeprefix(_URL))
