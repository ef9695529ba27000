"""The last words that a stdio MCP server has written to its stderr, for the error when it dies.

The user's factory makes the transport, as a rule `stdio_client(parameters)`, whose stderr is the worker's own. Private
part used here: `contextlib` keeps in a context manager made by `@asynccontextmanager` the function and the arguments
that it was made with; so the same transport is made again, with a pipe for its stderr, and so that the server ends with
the worker. Whoever names an `errlog` of his
own keeps it, and any other transport stays as it is.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import deque
from typing import Any

from mcp import stdio_client

from .._mcp.parent_death import ending_with_its_parent

LINES = 20
"""Lines that are kept."""

_LINE = 500  # characters of one


class StderrTail:
    """Passes on what a server writes to its stderr, and keeps the end of it."""

    def __init__(self) -> None:
        """Create it; nothing is open before `tap`."""
        self._lines: deque[str] = deque(maxlen=LINES)
        self._reader: threading.Thread | None = None
        self._writer: Any = None

    def tap(self, transport: Any) -> Any:
        """The transport, with its stderr read if it is a stdio server's whose `errlog` nobody named."""
        stdio: Any = getattr(stdio_client, "__wrapped__", None)
        function: Any = getattr(transport, "func", None)
        args, kwargs = getattr(transport, "args", ()), getattr(transport, "kwds", {})
        if stdio is None or function is not stdio or len(args) > 1 or "errlog" in kwargs:
            return transport
        read, write = os.pipe()
        self._writer = os.fdopen(write, "w", encoding="utf-8", errors="replace")
        self._reader = threading.Thread(target=self._read, args=(read,), name="strands-temporal-stderr", daemon=True)
        self._reader.start()
        named = {"server": args[0], **kwargs} if args else {**kwargs}
        return stdio_client(server=ending_with_its_parent(named.pop("server")), errlog=self._writer, **named)

    def spawned(self) -> None:
        """The server runs, or could not be started: the worker's own end of the pipe is no longer needed."""
        if self._writer is not None:
            self._writer.close()

    def words(self, wait: float = 0.0) -> str:
        """The last lines, as far as they have come.

        Args:
            wait: Seconds to wait for the rest of a server that has died.
        """
        if self._reader is not None and wait:
            self._reader.join(wait)
        return "\n".join(self._lines)

    def _read(self, descriptor: int) -> None:
        with os.fdopen(descriptor, encoding="utf-8", errors="replace") as pipe:
            for line in pipe:
                self._lines.append(line.rstrip()[:_LINE])
                with contextlib.suppress(OSError, ValueError):  # the worker's stderr may be closed
                    sys.stderr.write(line)
                    sys.stderr.flush()
