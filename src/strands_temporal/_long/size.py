"""Refuses what is too large to be carried into a new run, before it is tried."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

from temporalio import workflow

from .._errors import PayloadSizeError
from .._model.limits import OTHER_LIMIT, encoded_size
from .._model.patches import CARRY_SIZE
from .._runtime.decisions import refused
from .._runtime.worker_parts import current_settings

_NAMED = 5


def refuse_too_large(value: Any, what: str) -> None:
    """Raise if one payload of a value would be too large; in a replay, if it was.

    Args:
        value: A dataclass, or another argument of a new run.
        what: What it is, for the message.

    Raises:
        PayloadSizeError: It is; the message names the largest parts.
    """
    if refused(CARRY_SIZE, lambda: _is_too_large(value)):
        raise _error(value, what)


def refuse_too_large_arguments(arguments: Sequence[Any]) -> None:
    """Raise if an argument of continue-as-new is too large, as `refuse_too_large`.

    Raises:
        PayloadSizeError: One is.
    """
    for number, argument in enumerate(arguments, 1):
        refuse_too_large(argument, f"Argument {number} of continue-as-new, {type(argument).__name__},")


def _is_too_large(value: Any) -> bool:
    limit = current_settings().payload_limit
    return limit is not None and _payload_size(value, limit) > limit


def _payload_size(value: Any, limit: int | None) -> int:
    return encoded_size(workflow.payload_converter(), [value], limit)


def _error(value: Any, what: str) -> PayloadSizeError:
    limit = current_settings().payload_limit
    size = _payload_size(value, 0)
    allowed = f"{limit:,} are allowed" if limit is not None and size > limit else "fewer were allowed"
    return PayloadSizeError(
        f"{what} is too large to be carried into a new run: {size:,} bytes where {allowed}. {_largest(value)} Keep "
        "less of the conversation, conversation_manager=SlidingWindowConversationManager(window_size=...) or "
        "SummarizingConversationManager(...), keep large data where a tool can read it, or " + OTHER_LIMIT
    )


def _largest(value: Any) -> str:
    sizes = sorted(_parts(value, ""), key=lambda each: -each[0])
    return "Its largest parts: " + "; ".join(f"{name}: {size:,} bytes" for size, name in sizes[:_NAMED]) + "."


def _parts(value: Any, path: str) -> Iterator[tuple[int, str]]:
    """The leaves of dataclasses, each message apart."""
    inside: dict[str, Any] = {}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        inside = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    elif isinstance(value, dict) and any(map(dataclasses.is_dataclass, cast(dict[str, Any], value).values())):
        inside = cast(dict[str, Any], value)
    if inside:
        for name, part in inside.items():
            yield from _parts(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and path.rpartition(".")[2] in ("messages", ""):
        for number, item in enumerate(cast(list[Any], value)):
            yield _size(item), f"{path or 'item'}[{number}]"
    else:
        yield _size(value), path or "the value"


def _size(value: Any) -> int:
    return len(json.dumps(value, default=str, ensure_ascii=False).encode("utf-8", "surrogatepass"))
