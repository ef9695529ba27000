"""The parts of a request by name, to say which of them is too large or cannot be written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from .request import ModelRequest


def parts(
    request: ModelRequest, messages: Collection[int] | None = None, fields: Collection[str] | None = None
) -> Iterator[tuple[str, Any]]:
    """Name the content blocks of a request's messages, and its other fields.

    Args:
        request: The request.
        messages: Indices of the messages to name; None for all.
        fields: Names of the fields to name; None for all that are not empty.

    Yields:
        Name and value of each, like `message 2 (user), document 'report'`.
    """
    tools = _tool_names(request.messages)
    for index, message in enumerate(request.messages):
        if messages is None or index in messages:
            of_message = f"message {index} ({_get(message, 'role')})"
            content = _get(message, "content")
            if isinstance(content, Sequence) and not isinstance(content, str):
                yield from ((f"{of_message}, {_describe(block, tools)}", block) for block in content)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            else:
                yield of_message, message
    for name, value in request.fields().items():
        if fields is None or name in fields:
            yield name, value


def _tool_names(messages: Sequence[Any]) -> dict[Any, Any]:
    """The names of the tools that were called, by the ids of the calls."""
    blocks = (block for message in messages for block in _get(message, "content") or ())
    uses = (use for block in blocks if (use := _get(block, "toolUse")) is not None)
    return {str(_get(use, "toolUseId")): _get(use, "name") for use in uses}


def _describe(block: Any, tools: Mapping[Any, Any]) -> str:
    if not isinstance(block, Mapping) or not block:
        return f"a {type(block).__name__}"  # pyright: ignore[reportUnknownArgumentType]
    kind: Any = next(iter(block))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    value = _get(block, kind)
    if kind == "toolUse":
        return f"call of tool {_get(value, 'name')!r}"
    if kind == "toolResult":
        use_id = _get(value, "toolUseId")
        return f"result of tool {tools.get(str(use_id), use_id)!r}"
    name = _get(value, "name")
    return f"{kind} {name!r}" if name else f"{kind}"


def _get(value: Any, key: Any) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
