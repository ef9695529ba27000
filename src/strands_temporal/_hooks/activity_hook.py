"""The workflow side of an activity hook: a callback of Strands that runs an activity and waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError, is_cancelled_exception

from .._errors import InvalidArgumentError
from .._model.limits import encoded_size, hook_input_too_large
from .._options import HOOK_START_TO_CLOSE, LOCAL_START_TO_CLOSE, NOT_REGISTERED, Activity
from .._runtime.activity_function import activity_name
from .._runtime.worker_parts import current_settings
from .._tools import wire
from .._tools.activity_call import TOOL_CALL
from .._tools.start import start
from .hook_input import HookInput


def activity_hook(function: Callable[..., Any], activity_input: Callable[[Any], Any], options: Activity) -> Any:
    """Make the callback.

    Args:
        function: Decorated with `@activity.defn`.
        activity_input: Makes the activity's input of the event.
        options: Options of the activity.

    Raises:
        InvalidOptionError: One of the functions is none, or does not fit.
    """
    instead = "add a plain function as the callback to run it in the workflow"
    called = "local_activity_as_hook" if options.is_local else "activity_as_hook"
    name = activity_name(function, owner=called, instead=instead)
    owner = f"{called}({name})"
    made = HookInput(owner, function, activity_input)
    limit = LOCAL_START_TO_CLOSE if options.is_local else HOOK_START_TO_CLOSE
    options = options.with_defaults(start_to_close=limit).never_retrying(NOT_REGISTERED)

    # Strands awaits a callback only if it is an `async def`; an object with an async `__call__` is not.
    async def callback(event: Any) -> None:
        handle = _start(owner, name, made.of(event), options)
        try:
            await handle
        except FailureError as error:
            if is_cancelled_exception(error):  # as an exception like any other, Strands might go on from it
                raise asyncio.CancelledError(f"{owner} cancelled") from error
            raise

    callback.__name__ = callback.__qualname__ = owner
    # The event type of `agent.add_hook(callback)` is read from here.
    callback.__annotations__ = {} if made.event_hint is None else {"event": made.event_hint}
    return callback


def _start(owner: str, name: str, arguments: list[Any], options: Activity) -> Any:
    try:
        values = options.values
        if refused := _refusal(name, arguments):
            # One argument too many: where a worker without the plugin does not read the header, no code runs either.
            arguments = [None] * (len(arguments) + 1)
            values = {**values, "retry_policy": RetryPolicy(maximum_attempts=1)}
        token = TOOL_CALL.set(wire.hook_header(name, refused))
        try:
            return start(name, arguments, options, dict(values))
        finally:
            TOOL_CALL.reset(token)
    except FailureError:
        raise
    except Exception as error:
        raise InvalidArgumentError(
            f"{owner}: what activity_input returned cannot be recorded as the activity's input: "
            f"{type(error).__name__}: {error}. Return text, numbers, lists, dicts, a dataclass or a pydantic model."
        ) from error


def _refusal(name: str, arguments: list[Any]) -> str | None:
    """Why the call must not run: it is recorded, so a replay under another limit goes the same way."""
    limit = current_settings().payload_limit
    if limit is None:
        return None
    size = encoded_size(workflow.payload_converter(), arguments, limit)
    return hook_input_too_large(name, size, limit) if size > limit else None
