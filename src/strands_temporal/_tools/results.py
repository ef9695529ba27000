"""What the model reads of a tool's result or error."""

from __future__ import annotations

import base64
import json
from typing import Any, cast

from strands.types.tools import ToolResult
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    FailureError,
    NexusOperationError,
    TimeoutError,
)

from .._model.failures import explain_timeout
from .._options import NOT_REGISTERED


def render(tool_use_id: str, result: Any) -> ToolResult:
    """A tool's result for the model, as Strands does it for `@tool` functions.

    A dict with a `status` and blocks as `content` is a tool result of Strands already: its text, JSON, images and
    documents are kept as they are. Text stays text; anything else is written as JSON.
    """
    if _is_tool_result(result):
        return cast(ToolResult, {**result, "toolUseId": tool_use_id})
    return ToolResult(toolUseId=tool_use_id, status="success", content=[{"text": _text(result)}])


def _is_tool_result(result: Any) -> bool:
    """Whether it is one, and no other object that has a status and a content."""
    if not isinstance(result, dict) or cast("dict[str, Any]", result).get("status") not in ("success", "error"):
        return False
    content = cast("dict[str, Any]", result).get("content")
    return isinstance(content, list) and all(map(_is_block, cast("list[Any]", content)))


def _is_block(block: Any) -> bool:
    return isinstance(block, dict) and block != {} and isinstance(cast("dict[str, Any]", block).get("text", ""), str)


def _text(result: Any) -> str:
    if isinstance(result, str):
        return result
    if isinstance(result, bytes):
        try:
            return result.decode("utf-8")
        except UnicodeDecodeError:
            return json.dumps({"base64": base64.b64encode(result).decode("ascii")})
    try:
        return json.dumps(result, ensure_ascii=False, default=_json_value)
    except (TypeError, ValueError):
        return str(result)


def _json_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return _text(value)
    raise TypeError


def render_error(tool_use_id: str, message: str) -> ToolResult:
    """An error for the model to act on."""
    return ToolResult(toolUseId=tool_use_id, status="error", content=[{"text": message}])


_CALLS = (ActivityError, ChildWorkflowError, NexusOperationError)
"""What a failed call raises, with what it failed with as its cause; a local activity raises that itself."""


def error_message(tool_name: str, error: FailureError) -> str:
    """The words of a failed tool: the tool's own where it said something."""
    cause = error.cause if isinstance(error, _CALLS) else error
    if isinstance(cause, TimeoutError):
        return f"Tool {tool_name!r} timed out: {explain_timeout(cause)}."
    if isinstance(cause, ApplicationError) and cause.type == NOT_REGISTERED:
        return (
            f"Tool {tool_name!r} is not registered on the worker that was to run it: {cause.message} Name an existing "
            "tool in its StrandsPlugin(tools=[...]), and an activity in its Worker(activities=[...])."
        )
    if isinstance(cause, ApplicationError):
        return cause.message or cause.type or f"Tool {tool_name!r} failed."
    if isinstance(cause, FailureError):
        return cause.message or str(error)
    return str(cause or error) or str(error)
