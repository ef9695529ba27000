"""Refuses what a workflow returns of an agent and cannot be recorded: that fails the workflow, and not its task."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any, cast

from pydantic import BaseModel
from strands.agent.agent_result import AgentResult
from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

from .._errors import InvalidArgumentError
from .._model.limits import TOO_LARGE
from .._model.patches import RESULT_SIZE
from .._runtime.decisions import refused
from .._runtime.worker_parts import current_settings
from . import agent_result

_NAMED_PARTS = 3

_DEPTH = 4
"""How deep to look for an AgentResult in what a workflow returns."""


def checked(value: Any) -> Any:
    """The value, if it can be recorded; one that is no AgentResult and no pydantic model is Temporal's matter.

    Raises:
        InvalidArgumentError: The payload converter does not take it.
        ApplicationError: It is too large.
    """
    if not isinstance(value, BaseModel) and not _has_result(value, _DEPTH):
        return value
    try:
        (payload,) = workflow.payload_converter().to_payloads([value])
    except FailureError:
        raise
    except Exception as error:
        raise InvalidArgumentError(_not_taken(value, error)) from error
    size, limit = payload.ByteSize(), current_settings().payload_limit
    if refused(RESULT_SIZE, lambda: limit is not None and size > limit):
        raise ApplicationError(_too_large(payload.data, size, limit), type=TOO_LARGE, non_retryable=True)
    return value


def _has_result(value: Any, depth: int) -> bool:
    if isinstance(value, AgentResult):
        return True
    if not depth:
        return False
    parts: Iterable[Any] = ()
    if isinstance(value, dict):
        parts = cast("dict[Any, Any]", value).values()
    elif isinstance(value, (list, tuple)):
        parts = cast("list[Any]", value)
    elif dataclasses.is_dataclass(value):
        parts = (getattr(value, field.name, None) for field in dataclasses.fields(value))
    return any(_has_result(each, depth - 1) for each in parts)


def _not_taken(value: Any, error: Exception) -> str:
    if isinstance(value, BaseModel):
        return f"The workflow's result, a {type(value).__name__}, cannot be recorded: {type(error).__name__}: {error}"
    return (
        f"The AgentResult cannot be recorded: {type(error).__name__}: {error}. The payload converter that "
        "StrandsPlugin sets takes one as it is, or directly in a list, tuple or dict, and not in a field of an object. "
        "Elsewhere, or with a converter of your own, return what is needed of it: str(result), result.message, "
        "result.structured_output."
    )


def _too_large(data: bytes, size: int, limit: int | None) -> str:
    message = f"The workflow's result is too large to be recorded: {size:,} bytes where {limit or 0:,} are allowed. "
    value: Any = json.loads(data)
    if isinstance(value, dict) and agent_result.KEY in value:
        parts = cast("dict[str, dict[str, Any]]", value)[agent_result.KEY]
        sizes = [(len(json.dumps(part)), name) for name, part in parts.items()]
        largest = sorted(sizes, reverse=True)[:_NAMED_PARTS]
        message += f"Its largest parts: {', '.join(f'{name} with {part:,} bytes' for part, name in largest)}. "
    return message + (
        "Return what is needed of it, as str(result) or result.structured_output, or bound the metrics by "
        "TemporalAgent(max_metrics_invocations=1)."
    )
