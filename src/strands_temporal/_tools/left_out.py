"""The first step of a tool call: was its input left out of the model's reply?"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

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
