"""Errors that leave an agent: the same exceptions as Strands raises, and, uncaught, a failed workflow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from strands.types.exceptions import EventLoopException
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    TemporalError,
    TimeoutError,
    is_cancelled_exception,
)
from temporalio.workflow import NondeterminismError

from ._errors import InvalidArgumentError, InvalidOptionError, StrandsTemporalError
from ._failures import NO_WORDS, next_cause, said_by
from ._model.failures import explain_timeout
from ._runtime.hook_frames import failed_hook

_MARK = "__strands_temporal_agent__"


@dataclass(frozen=True)
class _Mark:
    who: str
    hook: str | None


def mark(error: Exception, who: str) -> None:
    """Note on an exception what it left, by which hook; user code may still catch it as the type that it is.

    Args:
        error: The exception.
        who: The agent, graph or swarm, as a failure's message is to name it, like `Agent 'helper'`.
    """
    if isinstance(error, NondeterminismError):
        return
    known: _Mark | None = getattr(error, _MARK, None)
    hook = _hook(error)
    if known is None or (known.hook is None and hook):  # of an agent that this agent's hook called
        setattr(error, _MARK, _Mark(who, hook))


def failing_the_workflow(error: Exception) -> FailureError | None:
    """What an escaping error becomes: a failure that ends the workflow, or None where it is none of an agent's."""
    known: _Mark | None = getattr(error, _MARK, None)
    if known and known.hook and not is_cancelled_exception(_original(error)):
        return _failure_of_hook(error, f"{known.who}: {known.hook}")
    if isinstance(error, FailureError):
        return None  # ends the workflow as it is
    if known is None and not isinstance(error, EventLoopException):
        return None
    for cause in _causes(error):
        if isinstance(cause, FailureError):
            return cause
    if known is None:
        return None
    original = _original(error)
    kind, words = said_by(original)
    failure = ApplicationError(f"{known.who}: {words or NO_WORDS}", type=kind, non_retryable=True)
    failure.__cause__ = error
    return failure


def failing_the_construction(error: Exception) -> Exception:
    """What an exception becomes that is raised while an agent is made: one that ends the workflow."""
    if isinstance(error, TemporalError) and not isinstance(error, FailureError):
        return error  # what Temporal wants to end the workflow's task
    prefix = "TemporalAgent(...) cannot be made"
    if hook := _hook(error):
        return _failure_of_hook(error, f"{prefix}: {hook}")
    if isinstance(error, FailureError):
        return error
    if isinstance(error, TypeError):
        return InvalidArgumentError(f"{prefix}: {error}")
    if isinstance(error, ValueError):
        return InvalidOptionError(f"{prefix}: {error}")
    kind, words = said_by(error)
    return StrandsTemporalError(f"{prefix}: {words or NO_WORDS}", type=kind)


def _failure_of_hook(error: Exception, prefix: str) -> ApplicationError:
    raised = _original(error)
    cause = raised.cause if isinstance(raised, ActivityError) and raised.cause else raised
    kind, words = said_by(cause)
    details: Sequence[Any] = cause.details if isinstance(cause, ApplicationError) else ()
    if isinstance(cause, TimeoutError):
        words = explain_timeout(cause)
    failure = ApplicationError(f"{prefix}: {words or NO_WORDS}", *details, type=kind, non_retryable=True)
    failure.__cause__ = raised
    return failure


def _hook(error: Exception) -> str | None:
    return failed_hook(error) or failed_hook(_original(error))


def _original(error: Exception) -> Exception:
    return error.original_exception if isinstance(error, EventLoopException) else error


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, EventLoopException):
            cause = cause.original_exception
        yield cause
        cause = next_cause(cause)
