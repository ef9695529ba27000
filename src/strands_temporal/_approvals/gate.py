"""The last step before a tool of an interrupted agent runs: has what it asked been answered, and not been denied?"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from temporalio import workflow

from .._model.patches import UNANSWERED_WAITS
from .._runtime.interrupt_state import InterruptState
from .._runtime.tool_events import ToolInterruptEvent, ToolResultEvent
from .._runtime.tool_middleware import ExecuteToolContext, NextCall
from .._tools.results import render_error
from .answers import Refusal


async def gate(context: ExecuteToolContext, next_fn: NextCall) -> AsyncGenerator[Any, None]:
    """Middleware of every `TemporalAgent`.

    When some of several interrupts are answered, Strands runs every call again that has no result yet. A tool that
    raised its interrupt by itself, as an activity does, may take being run again for the answer. So a call whose own
    question is open is not run: its interrupt stands. And one that was denied is not run at all.
    """
    state = InterruptState(context.agent)  # pyright: ignore[reportArgumentType]
    if state.waiting:
        use_id = context.tool_use["toolUseId"]
        for response in state.responses_of(use_id):
            if isinstance(response, Refusal):
                yield ToolResultEvent(render_error(use_id, response.words))
                return
        unanswered = state.unanswered(use_id)
        if unanswered and workflow.patched(UNANSWERED_WAITS):
            yield ToolInterruptEvent(context.tool_use, unanswered)
            return
    async for event in next_fn(context):
        yield event
