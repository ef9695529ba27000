"""One call of a tool as an activity: how it is scheduled, and what Strands hears of its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any

from strands import Agent
from strands.interrupt import Interrupt
from strands.types.tools import ToolUse
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

from .. import _summaries
from .._model.limits import arguments_too_large, encoded_size
from .._model.patches import OWN_INTERRUPTS
from .._model.workflow_model import WorkflowModel
from .._options import NOT_REGISTERED, Activity
from .._runtime.interrupt_state import OF_TOOL_CALL, InterruptState
from .._runtime.tool_events import ToolInterruptEvent, ToolResultEvent
from .._runtime.worker_parts import current_settings
from . import results, wire
from .start import start

TOOL_CALL: ContextVar[Payload | None] = ContextVar("strands_temporal_tool_call", default=None)
"""Header of the tool call that is being scheduled; read by the interceptor that writes it."""

logger = logging.getLogger("strands_temporal")

_MARK = "strands_temporal:activity_tool:"
_KEPT = ("strands_temporal:", "v1:")
"""What the ids of interrupts of this package and of Strands begin with."""

_INTERRUPT_TYPES = ("InterruptException", wire.OFFICIAL_INTERRUPT_TYPE)


def for_tools(options: Activity) -> Activity:
    """The options of a tool's activity, with what must never be tried again.

    On a worker without this package's plugin an interrupt is an ordinary exception: it must not be retried, for the
    second attempt would run with nobody asked.
    """
    return options.never_retrying(*_INTERRUPT_TYPES, NOT_REGISTERED)


async def run(
    tool_use: ToolUse,
    tool_name: str,
    activity_name: str,
    arguments: Sequence[Any],
    options: Activity,
    *,
    agent: Any,
    asks_as: str | None = None,
    while_running: Callable[[asyncio.Task[Any]], AbstractContextManager[object]] | None = None,
) -> Any:
    """Run the activity.

    Args:
        tool_use: The call.
        tool_name: Name of the tool, as the model knows it.
        activity_name: Name of the activity.
        arguments: Its arguments.
        options: Its options, from `for_tools`.
        agent: The agent that calls it.
        asks_as: What the ids of its interrupts may begin with, of those that are kept for this package.
        while_running: Made of the running activity, and open for as long as it runs.

    Returns:
        The event of its result, of its error, or of the interrupt that it raised.
    """
    use_id = tool_use["toolUseId"]
    proof = wire.proof_of(use_id)
    model = getattr(agent, "model", None)
    unproved = not isinstance(model, WorkflowModel) or not model.answers_in_this_version
    try:
        call: Any = _start(tool_use, tool_name, activity_name, list(arguments), options, proof)
        with nullcontext() if while_running is None else while_running(call):
            result = await call
    except FailureError as error:
        if is_cancelled_exception(error):
            raise asyncio.CancelledError(f"tool {tool_name!r} cancelled") from error
        if interrupt := _interrupt_of_failure(tool_use, error):
            return ToolInterruptEvent(tool_use, [_own(interrupt, tool_use, agent, asks_as)])
        cause = _cause(error)
        if isinstance(cause, ApplicationError) and cause.type == NOT_REGISTERED:
            logger.warning("%s", results.error_message(tool_name, error))
        rendered = results.render_error(use_id, results.error_message(tool_name, error))
        return ToolResultEvent(rendered, exception=cause if isinstance(cause, Exception) else error)
    if interrupt := wire.decode_interrupt(result, proof, unproved=unproved):
        return ToolInterruptEvent(tool_use, [_own(interrupt, tool_use, agent, asks_as)])
    return ToolResultEvent(results.render(use_id, wire.decode_result(result)))


def _start(
    tool_use: ToolUse, tool_name: str, activity_name: str, arguments: list[Any], options: Activity, proof: str
) -> Any:
    values = options.values
    if "summary" not in values and not workflow.unsafe.is_replaying() and current_settings().summaries:
        values = {**values, "summary": _summaries.of_tool_call(tool_name, tool_use["input"])}
    if refused := _refusal(tool_name, arguments):
        # One argument too many: where a worker without the plugin does not read the header, no code runs either.
        arguments = [None] * (len(arguments) + 1)
        values = {**values, "retry_policy": RetryPolicy(maximum_attempts=1)}
    token = TOOL_CALL.set(wire.header(tool_name, proof, refused))
    try:
        return start(activity_name, arguments, options, dict(values))
    finally:
        TOOL_CALL.reset(token)


def _refusal(tool_name: str, arguments: list[Any]) -> str | None:
    limit = current_settings().payload_limit
    if limit is None:
        return None
    try:
        size = encoded_size(workflow.payload_converter(), arguments, limit)
    except Exception:  # what cannot be written is said where it is written
        return None
    return arguments_too_large(tool_name, size, limit) if size > limit else None


def _own(interrupt: Interrupt, tool_use: ToolUse, agent: Any, asks_as: str | None) -> Interrupt:
    """The interrupt under an id that is its call's own: what one call asks is never taken for what another asked."""
    use_id, own = tool_use["toolUseId"], _MARK + tool_use["toolUseId"]
    ours = tuple(f"{each}:" for each in (own, OF_TOOL_CALL + use_id, *([] if asks_as is None else [asks_as + use_id])))
    is_kept_for_others = interrupt.id.startswith(_KEPT) and interrupt.id != own and not interrupt.id.startswith(ours)
    if (is_kept_for_others or _is_asked_by_another(interrupt.id, use_id, agent)) and workflow.patched(OWN_INTERRUPTS):
        return Interrupt(f"{own}:{interrupt.id}", interrupt.name, interrupt.reason)
    return interrupt


def _is_asked_by_another(interrupt_id: str, use_id: str, agent: Any) -> bool:
    if not isinstance(agent, Agent):
        return False
    state = InterruptState(agent)
    return interrupt_id in state.interrupts and not state.has_asked(use_id, interrupt_id)


def _cause(error: FailureError) -> BaseException | None:
    """What an activity failed with; a local one raises it as it is."""
    return error.cause if isinstance(error, ActivityError) else error


def _interrupt_of_failure(tool_use: ToolUse, error: FailureError) -> Interrupt | None:
    cause = _cause(error)
    if not isinstance(cause, ApplicationError) or cause.type not in _INTERRUPT_TYPES:
        return None
    if cause.type == wire.OFFICIAL_INTERRUPT_TYPE and cause.details:
        return wire.interrupt_of(cause.details[0])
    # Raised on a worker without the plugin, so its fields are lost; it stops the agent all the same.
    return Interrupt(
        id=_MARK + tool_use["toolUseId"],
        name=tool_use["name"],
        reason=cause.message or f"Tool {tool_use['name']!r} asks for approval.",
    )
