"""Strands' `MCPClient` as a connection of a worker: its errors are raised, its end is seen, and it can be aborted.

Strands' own client turns every error of a call into a result for the model, a lost connection too, so nothing could be
retried; it does not notice when its server dies; and it waits for ever for one that never answers the handshake.

Private names of Strands used here, all of one client and only for as long as it is connected:
`MCPClient._transport_callable`, which opens the transport, `_handle_tool_execution_error`, which makes a result of an
error, `_handle_session_message`, which gets the server's notifications, `_elicitation_callback`, which is given to the
session, `_progress_callback` and `_startup_timeout`, which the factory has set, `_background_thread`,
`_background_thread_event_loop`, `_background_thread_session` and `_is_session_active`. Of `mcp`: `_inner`, the anyio
stream inside of a transport's stream.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

from mcp import ClientSession
from strands.tools.mcp import MCPClient
from strands.tools.mcp.mcp_agent_tool import MCPAgentTool

from .stderr_tail import StderrTail

_IN_USE = "__strands_temporal_connected"
_CHANGED = ("_transport_callable", "_handle_tool_execution_error", "_handle_session_message", "_elicitation_callback")

_ABORT_AFTER = 1.0
"""Seconds after its own time-out that a client gets to give up by itself."""

CLOSE_SECONDS = 8.0
"""How long a client may take to close: mcp gives a stdio server 4 s before it kills it."""


class ProgressFn(Protocol):
    """Hears of the progress of one call."""

    def __call__(self, progress: float, total: float | None, message: str | None) -> object:
        """Called on the thread of the connection."""


class ConnectionAborted(ConnectionError):
    """The worker has given up this connection."""


class ConnectedClient:
    """A client of the user's factory, connected. All of it blocks but `call`; so it is used on threads."""

    def __init__(
        self,
        client: MCPClient,
        *,
        is_lost: Callable[[Exception], bool],
        on_message: Callable[[Any], object],
        elicit: Callable[[Any, Any], Awaitable[Any]] | None = None,
    ) -> None:
        """Take over the client; it is not connected yet.

        Args:
            client: Fresh from its factory.
            is_lost: Says of an error of a call whether the connection, and not the tool, has failed.
            on_message: Gets each notification of the server, on the connection's thread.
            elicit: Answers the server's elicitations, on the connection's thread; by default the client's own callback.

        Raises:
            ValueError: The client is connected already.
        """
        if getattr(client, _IN_USE, False) or client._background_thread is not None:
            raise ValueError("it returned an MCPClient that is connected already; have it make a new one each time")
        self.client = client
        self._is_lost = is_lost
        self._on_message = on_message
        self._stderr = StderrTail()
        self._streams: tuple[Any, ...] = ()
        self._host: asyncio.Task[Any] | None = None
        self._aborted = False
        self._probing: concurrent.futures.Future[Any] | None = None
        # Of the class or of the user's subclass, bound.
        self._open_transport: Callable[[], Any] = client._transport_callable
        self._tell_model = client._handle_tool_execution_error
        self._handle_message = client._handle_session_message
        self._before = {name: vars(client)[name] for name in _CHANGED if name in vars(client)}
        changed: Any = client
        changed._transport_callable = self._transport
        changed._handle_tool_execution_error = self._raise_or_tell
        changed._handle_session_message = self._message
        if elicit is not None:
            changed._elicitation_callback = elicit
        setattr(changed, _IN_USE, True)

    @property
    def last_words(self) -> str:
        """What a stdio server has said last on its stderr."""
        return self._stderr.words(wait=0.5 if self.lost else 0.0)

    @property
    def lost(self) -> bool:
        """Whether the connection has ended: its server has died, or its transport has given up."""
        return not self.client._is_session_active() or any(_other_side_is_closed(each) for each in self._streams)

    def connect(self) -> list[MCPAgentTool]:
        """Connect, and list the tools.

        Raises:
            Exception: The server cannot be reached; `errors.root_of` knows why.
        """
        limit = float(self.client._startup_timeout)
        watch = threading.Timer(limit + _ABORT_AFTER, self.abort)
        watch.daemon = True
        watch.start()
        try:
            self.client.start()
        finally:
            watch.cancel()
        watch = threading.Timer(limit, self.abort)  # for the listing, which has no time-out of its own
        watch.daemon = True
        watch.start()
        try:
            return self.tools()
        finally:
            watch.cancel()

    def tools(self) -> list[MCPAgentTool]:
        """The server's tools, filtered and with their prefix, as the factory says."""
        found: list[MCPAgentTool] = []
        token: str | None = None
        while True:
            page: Any = self.client.list_tools_sync(token)
            found.extend(page)
            token = page.pagination_token
            if token is None:
                return found

    async def call(
        self, use_id: str, name: str, arguments: Any, on_progress: ProgressFn | None = None, **options: Any
    ) -> Any:
        """Call a tool; its result, or what Strands tells the model of its error.

        Raises:
            Exception: The connection has failed.
        """
        own = self.client._progress_callback

        async def both(progress: float, total: float | None, message: str | None) -> None:
            if on_progress is not None:
                on_progress(progress, total, message)
            if own is not None:
                await own(progress, total, message)

        return await self.client.call_tool_async(
            tool_use_id=use_id, name=name, arguments=arguments, progress_callback=both, **options
        )

    def told(self, use_id: str, error: Exception) -> Any:
        """What Strands tells the model of an error."""
        return self._tell_model(use_id, error)

    def probe(self) -> None:
        """Have the transport notice that its server is gone; called now and then while a call waits.

        mcp 1 does not notice by itself that an HTTP server has died in the middle of a call. It does when it sends
        something. mcp 2 needs no help.
        """
        session, loop = self.client._background_thread_session, self.client._background_thread_event_loop
        if hasattr(ClientSession, "discover") or session is None or loop is None:
            return
        if self._probing is None or self._probing.done():
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                self._probing = asyncio.run_coroutine_threadsafe(session.send_ping(), loop)

    async def delivered(self) -> None:
        """Wait for a moment until the server has what was sent; called where the connection is about to be closed.

        mcp 1 drops what is still on its way over HTTP when it closes, as the cancellation of a call is. It sends one
        message after the other, so a ping that is answered came after it; the first may have been sent before.
        """
        session, loop = self.client._background_thread_session, self.client._background_thread_event_loop
        if hasattr(ClientSession, "discover") or session is None or loop is None:
            return

        async def ping_twice() -> None:
            await session.send_ping()
            await session.send_ping()

        with contextlib.suppress(Exception):  # the server is gone, or silent
            answered = asyncio.run_coroutine_threadsafe(ping_twice(), loop)
            await asyncio.wait_for(asyncio.wrap_future(answered), timeout=1)

    def close(self) -> BaseException | None:
        """End the connection, and its server if it is a process of its own.

        Returns:
            Why the connection had ended before, if it had.
        """
        watch = threading.Timer(CLOSE_SECONDS, self.abort)
        watch.daemon = True
        watch.start()
        try:
            self.client.stop(None, None, None)
        except Exception as error:
            return error
        finally:
            watch.cancel()
            for name in _CHANGED:
                vars(self.client).pop(name, None)
            vars(self.client).update(self._before)
            setattr(self.client, _IN_USE, False)
        return None

    def abort(self) -> None:
        """Break off what the connection is doing; its transport is closed all the same."""
        self._aborted = True
        loop, host = self.client._background_thread_event_loop, self._host
        if loop is not None and host is not None:
            with contextlib.suppress(RuntimeError):  # it has just ended
                loop.call_soon_threadsafe(host.cancel)

    # On the connection's thread

    @asynccontextmanager
    async def _transport(self) -> AsyncGenerator[Any, None]:
        self._host = asyncio.current_task()
        try:
            transport = self._stderr.tap(self._open_transport())
            try:
                async with transport as streams:
                    self._stderr.spawned()
                    self._streams = tuple(streams)[:2]
                    yield streams
            finally:
                self._stderr.spawned()
        except asyncio.CancelledError:
            if not self._aborted:
                raise
            raise ConnectionAborted("the server did not answer in time") from None
        finally:
            self._host = None

    def _raise_or_tell(self, tool_use_id: str, exception: Exception) -> Any:
        if self._is_lost(exception):
            raise exception
        return self._tell_model(tool_use_id, exception)

    async def _message(self, message: Any) -> None:
        if not isinstance(message, Exception):
            self._on_message(getattr(message, "root", message))
        await self._handle_message(message)


def _other_side_is_closed(stream: Any) -> bool:
    stream = getattr(stream, "_inner", stream)
    if not hasattr(stream, "statistics"):
        return False
    statistics = stream.statistics()
    is_read_stream = hasattr(stream, "receive")
    return (statistics.open_send_streams if is_read_stream else statistics.open_receive_streams) == 0
