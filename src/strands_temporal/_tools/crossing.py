"""Around every tool call of a `TemporalAgent`: inputs that were left out, and results that cannot be recorded."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from strands.types.tools import ToolResult

from .._model import codec
from .._model.limits import DEPTH_LIMIT, RESULT_TOO_DEEP
from .._model.writable import writable
from .._runtime.tool_events import ToolResultEvent
from .._runtime.tool_middleware import ExecuteToolContext, NextCall
from .results import render_error


def refusing(left_out: Callable[[], Mapping[str, str]]) -> Callable[[ExecuteToolContext, NextCall], Any]:
    """A middleware that does not run calls whose input was left out.

    Args:
        left_out: What to tell the model of such calls of its latest reply, by their ids.
    """

    async def refuse(context: ExecuteToolContext, next_fn: NextCall) -> AsyncGenerator[Any, None]:
        use_id = context.tool_use["toolUseId"]
        if (words := left_out().get(use_id)) is not None:
            yield ToolResultEvent(render_error(use_id, words))
            return
        async for event in next_fn(context):
            yield event

    return refuse


async def recordable(context: ExecuteToolContext, next_fn: NextCall) -> AsyncGenerator[Any, None]:
    """A middleware that gives the model the results of tools in the workflow as it does those of activities.

    So a date in them is text; and what cannot be recorded is an error that the model reads, and does not stay in the
    conversation, where no later request could be written.
    """
    async for event in next_fn(context):
        if not isinstance(event, ToolResultEvent):
            yield event
            continue
        result, problem = _recordable(event.tool_result, context.tool_use["name"])
        yield event if result is event.tool_result else ToolResultEvent(result, exception=event.exception or problem)


def _recordable(result: ToolResult, tool_name: str) -> tuple[ToolResult, Exception | None]:
    content: Any = result.get("content") or []
    if all(isinstance(block, dict) and block.keys() == {"text"} for block in content):  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return result, None
    try:
        if codec.is_too_deep(content, DEPTH_LIMIT):
            raise TypeError(RESULT_TOO_DEEP)
        try:
            codec.encode(content)
        except TypeError:
            content = writable(content)
            codec.encode(content)
        else:
            return result, None
    except (TypeError, ValueError) as error:
        message = f"Tool {tool_name!r} has run, but its result cannot be recorded: {error}"
        return render_error(result["toolUseId"], message), error
    return {**result, "content": content}, None
