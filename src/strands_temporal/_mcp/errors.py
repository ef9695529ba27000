"""Which errors of an MCP call are the connection's, and what is known of what the server has done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import anyio
from mcp import types
from strands.types.exceptions import MCPClientInitializationError
from temporalio.exceptions import ApplicationError

from .._failures import describe, next_cause, to_failure

FAILURE_TYPE = "MCPServerError"
"""Error type of what fails at a server; wire format."""

CLOSED_BY_STRANDS = "Connection to the MCP server was closed"
"""What Strands says of a call whose connection has ended."""

SESSION_OVER = "Session terminated"
"""What mcp says where an HTTP server does not know the session, as after its restart; it has done nothing then."""

HTTP_ERROR = "Server returned an error response"
"""What mcp 2 says of an HTTP status that is no MCP answer."""

_TIMED_OUT = (408, getattr(types, "REQUEST_TIMEOUT", 408))  # mcp 1 takes the HTTP status

_TRANSPORT_NAMES = frozenset({"TransportError", "HTTPStatusError", "StreamError"})
"""Of httpx and httpx2, which are not imported for it."""

_REFUSED_STATUS = (400, 401, 403, 404)
"""Of a server that does not know the session, or not this client."""

_NEVER_SENT_NAMES = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol"})


class ServerLostError(Exception):
    """The connection to a server has failed; a fresh one is made for the next attempt.

    Attributes:
        sent: Whether the server may have got the request.
        connecting: Whether that was a fresh connection.
        may_be_missing: Whether the user's client says that a worker does without the server.
    """

    def __init__(
        self, message: str, *, sent: bool = False, connecting: bool = False, may_be_missing: bool = False
    ) -> None:
        """Create the error."""
        super().__init__(message)
        self.sent = sent
        self.connecting = connecting
        self.may_be_missing = may_be_missing


def is_lost(error: BaseException) -> bool:
    """Whether an error says that the connection has failed; any other is the server's or the tool's answer."""
    if isinstance(error, (MCPClientInitializationError, OSError, asyncio.TimeoutError, TimeoutError)):
        return True
    if isinstance(error, (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream)):
        return True
    if type(error) is RuntimeError and str(error) == CLOSED_BY_STRANDS:
        return True
    if _names(error) & _TRANSPORT_NAMES:
        return True
    answer = answer_of(error)
    if answer is None:
        return False
    return is_over(error) or answer.code in (types.CONNECTION_CLOSED, *_TIMED_OUT) or answer.message == HTTP_ERROR


def is_over(error: BaseException) -> bool:
    """Whether the server has refused the request because it does not know the session any more."""
    answer = answer_of(error)
    return answer is not None and answer.message == SESSION_OVER


def timed_out(error: BaseException) -> bool:
    """Whether the answer has not come within the call's own time-out."""
    answer = answer_of(error)
    return answer is not None and answer.code in _TIMED_OUT


def answer_of(error: BaseException) -> Any:
    """The JSON-RPC error that an exception of mcp carries; None for any other exception."""
    return getattr(error, "error", None) if type(error).__module__.startswith("mcp.") else None


def was_never_run(error: BaseException) -> bool:
    """Whether an error surely came before the tool: nobody was there, or the server has refused the request."""
    root = root_of(error)
    status = getattr(getattr(root, "response", None), "status_code", None)
    return bool(_names(root) & _NEVER_SENT_NAMES) or status in _REFUSED_STATUS


def root_of(error: BaseException) -> BaseException:
    """What has really happened: the first exception behind those that only say that something has."""
    for each in _all(error):
        if str(each) and not isinstance(each, MCPClientInitializationError) and str(each) != CLOSED_BY_STRANDS:
            return each
    return error


def _all(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        parts: tuple[BaseException, ...] = getattr(error, "exceptions", ())  # a group; exceptiongroup's in Python 3.10
        if isinstance(parts, tuple) and parts:  # pyright: ignore[reportUnnecessaryIsInstance]
            error = parts[0]
            continue
        yield error
        error = next_cause(error)


def _names(error: BaseException) -> set[str]:
    return {base.__name__ for base in type(error).__mro__}


def words_of(error: BaseException, last_words: str = "") -> str:
    """What to say of a failed connection: the cause, and what a stdio server has said before it died."""
    words = describe(root_of(error))
    return f"{words}. The server's last words on stderr:\n{last_words}" if last_words else words


def to_application_error(error: Exception) -> ApplicationError:
    """The failure of an MCP activity: tried again where that may help.

    Raises:
        FailureError: The error itself where it is one.
    """
    return to_failure(
        error, message=str(error) or type(error).__name__, type=FAILURE_TYPE, code_mistakes_are_final=False
    )
