"""Errors that leave an agent: the same exceptions as Strands raises, and, uncaught, a failed workflow."""

from __future__ import annotations

from strands.types.exceptions import EventLoopException
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.workflow import NondeterminismError

from ._failures import next_cause

_MARK = "__strands_temporal_agent__"


def mark(error: Exception, agent_name: str) -> None:
    """Note on an exception which agent it left; user code may still catch it as the type that it is."""
    if not isinstance(error, NondeterminismError) and not hasattr(error, _MARK):
        setattr(error, _MARK, agent_name)


def failing_the_workflow(error: Exception) -> FailureError | None:
    """What an escaping error becomes: a failure that ends the workflow, or None where it is none of an agent's."""
    if isinstance(error, FailureError):
        return None  # ends the workflow as it is
    agent_name = getattr(error, _MARK, None)
    if agent_name is None and not isinstance(error, EventLoopException):
        return None
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, EventLoopException):
            cause = cause.original_exception
        if isinstance(cause, FailureError):
            return cause
        cause = next_cause(cause)
    if agent_name is None:
        return None
    original = error.original_exception if isinstance(error, EventLoopException) else error
    kind = type(original).__name__
    failure = ApplicationError(f"Agent {agent_name!r}: {kind}: {original}", type=kind, non_retryable=True)
    failure.__cause__ = error
    return failure
