"""What an MCP server logs, in the worker's log: as the activity's whose call it is, where that is certain."""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from temporalio import activity

logger = logging.getLogger("strands_temporal")

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "notice": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "alert": logging.CRITICAL,
    "emergency": logging.CRITICAL,
}


class ServerLogs:
    """The log messages of one connection."""

    def __init__(self, server: str) -> None:
        """Begin."""
        self._server = server
        self._calls: dict[object, contextvars.Context] = {}

    @contextmanager
    def of_this_call(self) -> Generator[None, None, None]:
        """A call is under way inside of this. MCP does not say to which call a message belongs."""
        call = object()
        self._calls[call] = contextvars.copy_context()
        try:
            yield
        finally:
            del self._calls[call]

    def heard(self, message: Any) -> None:
        """Take a notification of the server, on the connection's thread."""
        if getattr(message, "method", None) != "notifications/message":
            return
        params = message.params
        level = _LEVELS.get(str(params.level), logging.INFO)
        name = f"{self._server}/{params.logger}" if params.logger else self._server
        calls = list(self._calls.values())
        if len(calls) == 1:
            # A copy, for the context itself may be entered just now.
            calls[0].copy().run(activity.logger.log, level, "MCP server %s: %s", name, params.data)
        else:
            logger.log(level, "MCP server %s: %s", name, params.data)
