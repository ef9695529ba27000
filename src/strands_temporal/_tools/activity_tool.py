"""The workflow side of an activity tool: a Strands tool whose call is an activity."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from strands.interrupt import Interrupt
from strands.types.tools import AgentTool, ToolGenerator, ToolSpec, ToolUse
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from .._model.limits import arguments_too_large, encoded_size
from .._options import NOT_REGISTERED, TOOL_START_TO_CLOSE, Activity
from .._runtime.activity_function import ActivityFunction
from .._runtime.tool_events import ToolInterruptEvent, ToolResultEvent
from .._runtime.worker_settings import current_settings
from . import results, wire

TOOL_CALL: ContextVar[Payload | None] = ContextVar("strands_temporal_tool_call", default=None)
"""Header of the tool call that is being scheduled; read by the interceptor that writes it."""

_INTERRUPT_TYPES = ("InterruptException", wire.OFFICIAL_INTERRUPT_TYPE)


class ActivityTool(AgentTool):
    """A tool of an agent that runs as a Temporal activity."""

    def __init__(self, function: Callable[..., Any], options: Activity) -> None:
        """Create the tool.

        Args:
            function: Decorated with `@activity.defn`.
            options: Options of the activity.
        """
        super().__init__()
        self._function = ActivityFunction(function)
        self._given = options

    @cached_property
    def _options(self) -> Activity:  # made for the first call, for most tools of an agent are not called
        # On a worker without this package's plugin an interrupt is an ordinary exception: it must not be retried,
        # for the second attempt would run with nobody asked.
        options = self._given.with_defaults(start_to_close=TOOL_START_TO_CLOSE)
        return options.never_retrying(*_INTERRUPT_TYPES, NOT_REGISTERED)

    @property
    def tool_name(self) -> str:
        """Name of the activity."""
        return self._function.name

    @property
    def tool_spec(self) -> ToolSpec:
        """Name, description and input schema, from the activity's signature and docstring."""
        return self._function.spec

    @property
    def tool_type(self) -> str:
        """Always `temporal_activity`."""
        return "temporal_activity"

    async def stream(self, tool_use: ToolUse, invocation_state: dict[str, Any], **kwargs: Any) -> ToolGenerator:
        """Run the activity and yield its result, its error, or the interrupt that it raised."""
        use_id = tool_use["toolUseId"]
        try:
            arguments = self._function.arguments(tool_use["input"])
        except ValueError as error:
            yield ToolResultEvent(results.render_error(use_id, str(error)), exception=error)
            return
        try:
            result = await self._execute(arguments)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise asyncio.CancelledError(f"tool {self.tool_name!r} cancelled") from error
            if interrupt := _interrupt_of_failure(tool_use, error):
                yield ToolInterruptEvent(tool_use, [interrupt])
                return
            cause = error.cause
            message = results.error_message(self.tool_name, error)
            yield ToolResultEvent(
                results.render_error(use_id, message), exception=cause if isinstance(cause, Exception) else error
            )
            return
        if interrupt := wire.decode_interrupt(result):
            yield ToolInterruptEvent(tool_use, [interrupt])
            return
        yield ToolResultEvent(results.render(use_id, wire.decode_result(result)))

    async def _execute(self, arguments: list[Any]) -> Any:
        options = self._options.values
        if refused := self._refusal(arguments):
            # One argument too many: where a worker without the plugin does not read the header, no code runs either.
            arguments = [None] * (len(arguments) + 1)
            options = {**options, "retry_policy": RetryPolicy(maximum_attempts=1)}
        token = TOOL_CALL.set(wire.header(self.tool_name, refused))
        try:
            handle: Any = workflow.start_activity(self.tool_name, args=arguments, **options)
        finally:
            TOOL_CALL.reset(token)
        return await handle

    def _refusal(self, arguments: list[Any]) -> str | None:
        limit = current_settings().payload_limit
        if limit is None:
            return None
        try:
            size = encoded_size(workflow.payload_converter(), arguments, limit)
        except Exception:  # what cannot be written is said where it is written
            return None
        return arguments_too_large(self.tool_name, size, limit) if size > limit else None


def _interrupt_of_failure(tool_use: ToolUse, error: ActivityError) -> Interrupt | None:
    cause = error.cause
    if not isinstance(cause, ApplicationError) or cause.type not in _INTERRUPT_TYPES:
        return None
    if cause.type == wire.OFFICIAL_INTERRUPT_TYPE and cause.details:
        return Interrupt(**cause.details[0])
    # Raised on a worker without the plugin, so its fields are lost; it stops the agent all the same.
    return Interrupt(
        id=f"strands_temporal:activity_tool:{tool_use['toolUseId']}",
        name=tool_use["name"],
        reason=cause.message or f"Tool {tool_use['name']!r} asks for approval.",
    )
