"""The taxonomy: which errors of providers and tools are final, and when the others may be tried again.

Providers' exceptions are told apart by what they carry (an HTTP status, an AWS error code, the classes of httpx and
the standard library), so that no provider's SDK has to be installed, and a new provider built on the same clients
needs nothing here. An exception that Strands raises instead of the provider's has it as its cause.
"""

from __future__ import annotations

import asyncio
import email.utils
import http.client
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

import pydantic
from strands.interrupt import InterruptException
from strands.types.exceptions import (
    ContextWindowOverflowException,
    MaxTokensReachedException,
    ModelThrottledException,
    SessionException,
    StructuredOutputException,
)
from temporalio import activity
from temporalio.exceptions import ApplicationError, FailureError

UNKNOWN_ERROR_ATTEMPTS = 5
"""Attempts of an activity whose error is neither known as final nor as transient (15 s with Temporal's back-off)."""

LONGEST_RETRY_AFTER = timedelta(minutes=10)
"""A provider's Retry-After is followed up to here."""

_RETRIED_STATUS = frozenset({408, 409, 425, 429})

_RETRIED_AWS_CODES = frozenset(
    {
        "internalfailure",
        "internalserverexception",
        "modelerrorexception",
        "modelnotreadyexception",
        "modelstreamerrorexception",
        "modeltimeoutexception",
        "requesttimeout",
        "requesttimeoutexception",
        "serviceunavailable",
        "serviceunavailableexception",
        "slowdown",
        "throttling",
        "throttlingexception",
        "toomanyrequestsexception",
    }
)

_FINAL_AWS_CODES = frozenset(
    {
        "accessdeniedexception",
        "expiredtokenexception",
        "invalidsignatureexception",
        "resourcenotfoundexception",
        "servicequotaexceededexception",
        "unrecognizedclientexception",
        "validationexception",
    }
)

# Of an error that comes as an event of a stream, after status 200, anthropic and openai know its type alone.
_RETRIED_EVENT_TYPES = frozenset({"api_error", "overloaded_error", "rate_limit_error", "server_error", "timeout_error"})

_FINAL_EVENT_TYPES = frozenset(
    {
        "authentication_error",
        "billing_error",
        "invalid_request_error",
        "not_found_error",
        "permission_error",
        "request_too_large",
    }
)

_FINAL_TYPES: tuple[type[BaseException], ...] = (
    ContextWindowOverflowException,
    InterruptException,
    MaxTokensReachedException,
    SessionException,
    StructuredOutputException,
    pydantic.ValidationError,
)

_FINAL_BUILTINS: tuple[type[BaseException], ...] = (
    AttributeError,
    ImportError,
    NameError,
    NotImplementedError,
    TypeError,
    ValueError,
)
"""Mistakes in code or configuration, the same at every attempt. For models alone: a tool may raise them as it likes."""

_TRANSIENT_TYPES: tuple[type[BaseException], ...] = (
    ConnectionError,
    EOFError,
    TimeoutError,
    UnicodeDecodeError,  # with the next, what is left of a stream that broke off
    asyncio.IncompleteReadError,
    http.client.BadStatusLine,
    http.client.IncompleteRead,
    asyncio.TimeoutError,
    json.JSONDecodeError,
    ModelThrottledException,
)

# By name, for these packages need not be installed: the errors of httpx, botocore and urllib3 on the way to a provider
# and back, and those of a request or configuration that cannot work.
_TRANSIENT_NAMES = frozenset(
    {
        "APIConnectionError",
        "ChecksumMismatch",
        "DecodingError",
        "HTTPClientError",
        "ProtocolError",
        "ResponseStreamingError",
        "TransportError",
    }
)
_FINAL_NAMES = frozenset(
    {
        "InvalidURL",
        "NoCredentialsError",
        "NoRegionError",
        "ParamValidationError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "UnsupportedProtocol",
    }
)

# Raised by anthropic and openai, and by botocore, around whatever their HTTP client raised: a lost connection as well
# as an API key that cannot be a header. Their subclasses are about connections.
_WRAPPER_NAMES = frozenset({"APIConnectionError", "HTTPClientError"})

_HEADER_VALUE = re.compile(r"(?<=header value):? b?(['\"]).*\1")
"""What HTTP clients quote of a header that cannot be sent: as a rule, the API key with a line break."""


class Verdict(Enum):
    """What the taxonomy says of an error."""

    FINAL = "final"
    TRANSIENT = "transient"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Classification:
    """A verdict, and the delay that the provider asked for."""

    verdict: Verdict
    retry_after: timedelta | None = None


def classify(error: BaseException, *, code_mistakes_are_final: bool = True) -> Classification:
    """Judge an error by the first exception of its chain that says something.

    Args:
        error: What was raised; its causes are looked at too.
        code_mistakes_are_final: Whether a TypeError, ValueError and the like are final.
    """
    chain = [each for each in causes(error) if not _is_wrapper(each)] or [error]
    if any(_is_final_all_the_same(each) for each in chain):
        return Classification(Verdict.FINAL)
    retry_after = next((delay for each in chain if (delay := _retry_after(each)) is not None), None)
    for each in chain:
        verdict = _verdict(each)
        if verdict is not None:
            return Classification(verdict, retry_after if verdict is Verdict.TRANSIENT else None)
    if code_mistakes_are_final and isinstance(chain[0], _FINAL_BUILTINS):
        return Classification(Verdict.FINAL)
    return Classification(Verdict.UNKNOWN, retry_after)


def _is_final_all_the_same(error: BaseException) -> bool:
    """What comes inside of an error that is transient as a rule, and no waiting helps against."""
    return getattr(error, "code", None) == "insufficient_quota" or "CERTIFICATE_VERIFY_FAILED" in str(error)


def _verdict(error: BaseException) -> Verdict | None:
    if isinstance(error, _FINAL_TYPES):
        return Verdict.FINAL
    names = {base.__name__ for base in type(error).__mro__}
    if names & _FINAL_NAMES or type(error).__name__ == "OpenAIError":  # itself: no API key; its subclasses: all else
        return Verdict.FINAL
    if "LocalProtocolError" in names:  # the client's own doing: a character in a header, or a connection in disorder
        return Verdict.FINAL if "Illegal header" in str(error) else Verdict.UNKNOWN
    code = _aws_code(error)
    if code in _RETRIED_AWS_CODES:
        return Verdict.TRANSIENT
    if code in _FINAL_AWS_CODES:
        return Verdict.FINAL
    status = _status(error)
    if status is not None:
        return Verdict.TRANSIENT if status in _RETRIED_STATUS or status >= 500 else Verdict.FINAL
    event_type = _event_type(error)
    if event_type in _RETRIED_EVENT_TYPES:
        return Verdict.TRANSIENT
    if event_type in _FINAL_EVENT_TYPES:
        return Verdict.FINAL
    if isinstance(error, _TRANSIENT_TYPES) or names & _TRANSIENT_NAMES:
        return Verdict.TRANSIENT
    return None


def to_failure(error: Exception, *, message: str, type: str, code_mistakes_are_final: bool = True) -> ApplicationError:
    """The Temporal failure of an activity attempt: retryable or not, and when.

    An unknown error is retried, but not for ever: `UNKNOWN_ERROR_ATTEMPTS` times, unless the user's retry policy
    has a limit of its own.

    Raises:
        FailureError: The error itself where it is one, as an ApplicationError or a cancellation, for it says what it
            wants. Not returned, because a failure that is raised from itself is its own cause, which Temporal's
            converter follows for ever.
    """
    if isinstance(error, FailureError):
        raise error
    for each in causes(error):  # Temporal records and logs the causes of a failure too
        if (words := _without_header_values(str(each))) != str(each):
            each.args = (words,)
    judged = classify(error, code_mistakes_are_final=code_mistakes_are_final)
    final = judged.verdict is Verdict.FINAL
    info = activity.info()
    own_limit = info.retry_policy is not None and info.retry_policy.maximum_attempts > 0
    if judged.verdict is Verdict.UNKNOWN and not own_limit and info.attempt >= UNKNOWN_ERROR_ATTEMPTS:
        final = True
        message = f"{message}, at attempt {info.attempt}"
    message = _without_header_values(message)
    return ApplicationError(message, type=type, non_retryable=final, next_retry_delay=judged.retry_after)


NO_WORDS = "it says nothing more"
"""The message of a failure whose type is all there is: Temporal and its clients show the type before it."""


def describe(error: BaseException, known_as: str | None = None) -> str:
    """An error's type and words; those of its cause where it has none, or only says that there is a cause.

    Args:
        error: The error.
        known_as: The type that is told beside the words, as that of a failure is; it is not told in them again.
    """
    for each in sorted(causes(error), key=_is_wrapper):
        kind, words = said_by(each)
        if words := _without_header_values(words).strip():
            return words if kind == known_as else f"{kind}: {words}"
    kind, _ = said_by(error)
    return NO_WORDS if kind == known_as else kind


def said_by(error: BaseException) -> tuple[str, str]:
    """An error's type and its words without the type, which `str` puts before the words of an `ApplicationError`."""
    kind = type(error).__name__
    if isinstance(error, ApplicationError):
        kind = error.type or kind
    words = error.message if isinstance(error, FailureError) else str(error)
    return kind, "" if words == kind else words


def _without_header_values(text: str) -> str:
    return _HEADER_VALUE.sub("", text)


def next_cause(error: BaseException) -> BaseException | None:
    """The exception behind this one, as a traceback shows it."""
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and those behind it, each once."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = next_cause(each)


def _is_wrapper(error: BaseException) -> bool:
    return type(error).__name__ in _WRAPPER_NAMES and next_cause(error) is not None


def _status(error: Any) -> int | None:
    # `response.status_code` is httpx's, `status_code` what most providers' clients set, `status` aiohttp's; `code` is
    # urllib's and Google's, and in openai's errors what OpenAI-compatible servers send in a stream.
    for owner in (error, getattr(error, "response", None)):
        for name in ("status_code", "status", "code"):
            if _is_error_status(status := getattr(owner, name, None)):
                return status
    status = _mapping(_aws_response(error).get("ResponseMetadata")).get("HTTPStatusCode")
    return status if _is_error_status(status) else None


def _is_error_status(status: Any) -> bool:
    return isinstance(status, int) and 400 <= status < 600


def _event_type(error: Any) -> str:
    body = _mapping(getattr(error, "body", None))
    return str(_mapping(body.get("error", body)).get("type"))


def _aws_code(error: Any) -> str:
    return str(_mapping(_aws_response(error).get("Error")).get("Code")).lower()


def _aws_response(error: Any) -> Mapping[str, Any]:
    return _mapping(getattr(error, "response", None))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}  # pyright: ignore[reportUnknownVariableType]


def _retry_after(error: Any) -> timedelta | None:
    headers: Any = _mapping(_aws_response(error).get("ResponseMetadata")).get("HTTPHeaders")
    if headers is None:
        headers = getattr(getattr(error, "response", error), "headers", None)
    if not hasattr(headers, "get"):
        return None
    seconds = 0.0
    try:
        if milliseconds := headers.get("retry-after-ms"):
            seconds = float(str(milliseconds)) / 1000
        elif text := str(headers.get("retry-after") or ""):
            seconds = _seconds(text)
    except ValueError:
        return None
    if not seconds > 0:  # `nan` neither
        return None
    return timedelta(seconds=min(seconds, LONGEST_RETRY_AFTER.total_seconds()))


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        parsed = email.utils.parsedate_to_datetime(text)
        return parsed.timestamp() - time.time()
