"""Errors of providers: which are final, how they cross to the workflow, and what they become there."""

from __future__ import annotations

import asyncio

from strands.models import Model
from temporalio import activity
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, TimeoutType, is_cancelled_exception

from .._errors import MODEL_ERRORS, ModelError
from .._failures import describe, next_cause, to_failure

STREAM_ENDED_ATTEMPTS = 2
"""Attempts of a call whose stream ends without its message's end: a connection that was closed is worth a second one,
and a model that never sends an end would be paid for again and again."""


class StreamEndedError(EOFError):
    """A model's stream has ended, and its message has not: nobody knows whether the reply is whole."""

    def __init__(self, model: Model) -> None:
        """Say whose stream it is, and what it has to send."""
        super().__init__(
            f"the stream of {type(model).__name__} ended without a messageStop event, so its reply may be cut off. "
            "Either its connection was closed, or its stream() never yields one: the last event of each message has to "
            "be {'messageStop': {'stopReason': 'end_turn'}}, or 'tool_use' after a tool call; metadata may follow"
        )


def to_application_error(error: Exception, *, model_name: str | None) -> ApplicationError:
    """The failure of a model activity: the provider's words, and whether and when to try again."""
    kind = _strands_type(error)
    message = describe(error, kind) + (f" (model {model_name!r})" if model_name else "")
    attempt = activity.info().attempt
    if isinstance(error, StreamEndedError) and attempt >= STREAM_ENDED_ATTEMPTS:
        return ApplicationError(f"{message}, at attempt {attempt}", type=kind, non_retryable=True)
    return to_failure(error, message=message, type=kind)


def _strands_type(error: Exception) -> str:
    """The name under which the workflow side rebuilds the error: a Strands exception's where one is in the chain."""
    cause: BaseException | None = error
    while cause is not None:
        for base in type(cause).__mro__:
            if base.__name__ in MODEL_ERRORS:
                return base.__name__
        cause = next_cause(cause)
    return type(error).__name__


def from_activity_error(error: ActivityError, *, agent_name: str | None, model_name: str | None) -> BaseException:
    """What the agent sees of a failed model activity.

    Returns:
        `asyncio.CancelledError` where the call was cancelled, else a `ModelError` or the Strands exception it is.
    """
    if is_cancelled_exception(error):
        return asyncio.CancelledError("model call cancelled")
    cause = error.cause
    who = f"Agent {agent_name!r}" if agent_name else "A model call"
    if isinstance(cause, ApplicationError):
        message = f"{who}: {cause.message}"
        return MODEL_ERRORS.get(cause.type or "", ModelError)(message, type=cause.type)
    model = f"model {model_name!r}" if model_name else "the default model"
    if isinstance(cause, TimeoutError):
        return ModelError(f"{who}: the call of {model} timed out: {explain_timeout(cause)}", type="TimeoutError")
    return ModelError(f"{who}: the call of {model} failed: {cause or error}", type=type(cause or error).__name__)


def explain_timeout(error: TimeoutError) -> str:
    """Which limit was reached, and the option that sets it."""
    kind = error.type
    if kind is TimeoutType.SCHEDULE_TO_START:
        return "no worker took it within schedule_to_start_timeout; is one running on its task queue?"
    if kind is TimeoutType.HEARTBEAT:
        return "its worker was silent for longer than heartbeat_timeout"
    if kind is TimeoutType.SCHEDULE_TO_CLOSE:
        return "all its attempts together took longer than schedule_to_close_timeout"
    return "its last attempt took longer than start_to_close_timeout"
