"""Errors of sandboxes: what an activity says of them, and what they become in the workflow."""

from __future__ import annotations

import asyncio
import builtins
from typing import Any

from strands.sandbox.errors import SandboxPathNotFoundError, SandboxTimeoutError
from temporalio import activity
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ApplicationErrorCategory,
    FailureError,
    TimeoutError,
    TimeoutType,
    is_cancelled_exception,
)

from .. import _errors
from .._errors import SandboxError
from .._failures import UNKNOWN_ERROR_ATTEMPTS, causes, to_failure
from .._model import codec
from .._model.failures import explain_timeout
from .._model.limits import encoded_size
from .._options import NOT_REGISTERED
from . import wire
from .masking import Mask
from .registry import UnknownSandboxError

_TRANSIENT = (builtins.TimeoutError, ConnectionError)
"""The errors of a sandbox that are not its answer; every other `OSError` is what it says of a file."""

_ANSWER = ApplicationErrorCategory.BENIGN
"""Of what a sandbox answers, as that a file is not there: no warning in the worker's log, no count of failures."""

_BASES = (
    *(FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError),
    *(*_TRANSIENT, OSError, ValueError, TypeError, RuntimeError),
)
"""Built-in exceptions that callers of a sandbox may catch, the nearest first."""

MAY_HAVE_RUN = (
    "It may have run, wholly or in part, and was not run again: look at what it has left first. (Where it does no harm "
    "to run it twice: TemporalSandbox(retry_policy=...).)"
)

Raised = Exception | asyncio.CancelledError


def failure_of(
    error: Raised, request: wire.Request, mask: Mask, *, has_begun: bool, limit: int | None
) -> ApplicationError:
    """What an activity fails with, to be raised from nothing where `stands_alone` says so.

    Args:
        error: What the operation raised; a cancellation where the worker stops, or someone pauses the activity.
        request: The operation.
        mask: Takes secrets out.
        has_begun: Whether the sandbox was there, so that it may have done something.
        limit: Bytes that can be recorded; None for any number.

    Raises:
        FailureError: The error itself, where it is one that says what it wants.
    """
    words = mask.text(str(error)) or type(error).__name__
    once = has_begun and is_done_once(request)
    if isinstance(error, asyncio.CancelledError):
        words = (
            f"The worker was stopped, or the activity paused, while the command ran, and it was ended. {MAY_HAVE_RUN}"
        )
        return ApplicationError(words, type="SandboxStoppedError", non_retryable=True)
    if isinstance(error, SandboxTimeoutError):
        details = _partial_output(error, mask, limit)
        final = once or (not _has_limit() and activity.info().attempt >= UNKNOWN_ERROR_ATTEMPTS)
        seconds = request.fields.get("timeout")
        return ApplicationError(words, seconds, details, type=wire.TIMEOUT_TYPE, non_retryable=final, category=_ANSWER)
    if isinstance(error, SandboxPathNotFoundError) or (request.is_official and isinstance(error, FileNotFoundError)):
        path = request.fields.get("path", "")
        return ApplicationError(words, path, type=wire.PATH_NOT_FOUND_TYPE, non_retryable=True, category=_ANSWER)
    if isinstance(error, UnknownSandboxError):
        return ApplicationError(words, type=wire.NOT_FOUND_TYPE, non_retryable=True)
    if isinstance(error, FailureError) and words == str(error) and (not once or getattr(error, "non_retryable", False)):
        raise error
    kind = error.type if isinstance(error, ApplicationError) and error.type else type(error).__name__
    if isinstance(error, FailureError):
        words = mask.text(error.message)
        judged = ApplicationError(words, type=kind, non_retryable=getattr(error, "non_retryable", False))
    else:
        judged = to_failure(error, message=words, type=kind)
    is_answer = has_begun and isinstance(error, OSError) and not isinstance(error, _TRANSIENT)
    final = judged.non_retryable or once or is_answer
    base = next((each.__name__ for each in _BASES if isinstance(error, each)), None)
    return ApplicationError(
        words,
        {"base": base},
        type=kind,
        non_retryable=final,
        next_retry_delay=judged.next_retry_delay,
        category=_ANSWER if is_answer else ApplicationErrorCategory.UNSPECIFIED,
    )


def _partial_output(error: SandboxTimeoutError, mask: Mask, limit: int | None) -> Any:
    """What a command had written when it was killed; its end, where all of it is too much."""
    output = {name: mask.text(getattr(error, name, "")) for name in ("stdout", "stderr")}
    if limit is not None and encoded_size(activity.payload_converter(), [codec.encode(output)], limit) > limit:
        # A character is six bytes of JSON at most.
        output = {name: text[-(limit // 16) :] for name, text in output.items()}
    return codec.encode(output)


def stands_alone(failure: ApplicationError, error: Raised, mask: Mask) -> bool:
    """Whether what is behind a failure is not to be recorded: it is an answer, or says a secret."""
    return failure.category is _ANSWER or any(mask.text(str(each)) != str(each) for each in causes(error))


def is_done_once(request: wire.Request) -> bool:
    """Whether what is asked for must not be done again when it may have been done."""
    # The official plugin does not say whether the policy is the user's; one without a limit is Temporal's default.
    return request.executes and not (_has_limit() if request.is_official else request.may_repeat)


def _has_limit() -> bool:
    policy = activity.info().retry_policy
    return policy is not None and policy.maximum_attempts > 0


def error_of(error: ActivityError, *, name: str, what: str, once: bool) -> BaseException:
    """What the workflow sees of an operation that failed.

    Args:
        error: The activity's failure.
        name: The sandbox.
        what: The operation, as `execute`.
        once: Whether it is of the kind that is not done again when it may have been done.

    Returns:
        `asyncio.CancelledError` where it was cancelled, else a `SandboxError`, which is also the exception that the
        sandbox itself raises.
    """
    where = f"{what} in sandbox {name!r}"
    if is_cancelled_exception(error):
        return asyncio.CancelledError(f"{where} cancelled")
    cause = error.cause
    if isinstance(cause, TimeoutError):
        return SandboxError(f"{where} timed out: {_explain(cause, once)}", type="TimeoutError")
    if not isinstance(cause, ApplicationError):
        return SandboxError(f"{where} failed: {cause or error}", type=type(cause or error).__name__)
    if cause.type == wire.TIMEOUT_TYPE:
        output: Any = codec.decode(cause.details[1]) if len(cause.details) > 1 else {}
        return _errors.SandboxTimeoutError(cause.message, output.get("stdout", ""), output.get("stderr", ""))
    if cause.type == wire.PATH_NOT_FOUND_TYPE:
        return _errors.SandboxPathNotFoundError(cause.message)
    if cause.type == NOT_REGISTERED:
        return SandboxError(
            f"{where} found no StrandsPlugin on the worker that took it. Give the workers of its task queue "
            f"StrandsPlugin(sandboxes={{{name!r}: ...}}). The worker said: {cause.message}",
            type=NOT_REGISTERED,
        )
    return _rebuilt(cause)


def _explain(error: TimeoutError, once: bool) -> str:
    has_run = once and error.type is not TimeoutType.SCHEDULE_TO_START
    return f"{explain_timeout(error)}. {MAY_HAVE_RUN}" if has_run else f"{explain_timeout(error)}."


def _rebuilt(cause: ApplicationError) -> SandboxError:
    """An exception of the class name that the sandbox raised, which is what a model reads of it."""
    kind = cause.type or "SandboxError"
    details: Any = cause.details[0] if cause.details else None
    base = details.get("base") if isinstance(details, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    bases = next(((SandboxError, each) for each in _BASES if each.__name__ == base), (SandboxError,))
    return type(kind, bases, {})(cause.message, type=kind)
