"""A call of a tool that is a child workflow or a Nexus operation: its end, as Strands hears of it."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any

from strands.agent import AgentResult
from strands.types.tools import ToolUse
from temporalio import workflow
from temporalio.exceptions import ActivityError, ChildWorkflowError, FailureError, NexusOperationError

from .. import _summaries
from .._model.limits import arguments_too_large, encoded_size
from .._runtime import cancelled_calls
from .._runtime.decisions import refused
from .._runtime.tool_events import ToolResultEvent
from .._runtime.worker_parts import current_settings
from . import results

_TOO_LARGE = "strands-temporal-tool-input"


def refusal_of_size(tool_name: str, arguments: Sequence[Any]) -> str | None:
    """Why the arguments cannot be sent; recorded where they are refused."""

    def message() -> str | None:
        limit = current_settings().payload_limit
        size = 0 if limit is None else encoded_size(workflow.payload_converter(), arguments, limit)
        return None if limit is None or size <= limit else arguments_too_large(tool_name, size, limit)

    if not refused(_TOO_LARGE, lambda: message() is not None):
        return None
    return message() or f"The input of tool {tool_name!r} was too large."


def summary(given: Any, tool_name: str, tool_use: ToolUse) -> str | None:
    """The summary of the call: the user's own, or one of ours."""
    if given is not None or workflow.unsafe.is_replaying() or not current_settings().summaries:
        return given
    return _summaries.of_tool_call(tool_name, tool_use["input"])


async def finished(tool_use: ToolUse, tool_name: str, call: Awaitable[Any]) -> Any:
    """Wait for the call.

    Returns:
        The event of its result or of its error.

    Raises:
        asyncio.CancelledError: The caller was cancelled, and the call with it.
    """
    use_id = tool_use["toolUseId"]
    try:
        result = await cancelled_calls.finished(call, f"tool {tool_name!r}")
    except FailureError as error:
        rendered = results.render_error(use_id, results.error_message(tool_name, innermost(error)))
        return ToolResultEvent(rendered, exception=error)
    if isinstance(result, AgentResult):
        result = str(result).strip()
    return ToolResultEvent(results.render(use_id, result))


def innermost(error: FailureError) -> FailureError:
    """The failure whose cause says what happened: a child's may be that of an activity of it."""
    while isinstance(error.cause, (ActivityError, ChildWorkflowError, NexusOperationError)):
        error = error.cause
    return error
