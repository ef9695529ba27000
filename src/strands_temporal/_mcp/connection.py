"""One open connection to an MCP server, which any number of calls use at once."""

from __future__ import annotations

import asyncio
import contextvars
from asyncio import FIRST_COMPLETED
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias, TypeVar

from strands.interrupt import InterruptException
from strands.tools.mcp import MCPClient
from strands.tools.mcp.mcp_agent_tool import MCPAgentTool

from .._runtime.mcp_client import ConnectedClient, ProgressFn
from .errors import ServerLostError, is_lost, is_over, root_of, timed_out, was_never_run, words_of
from .logs import ServerLogs
from .questions import Asking, Questions, is_required

T = TypeVar("T")

MCPClientFactory: TypeAlias = Callable[[], MCPClient] | Callable[[Any], MCPClient]
"""Makes a client that is not connected; of the context, where the workflow gives one."""

_LOOK_SECONDS = 1.0
"""How often a call that waits looks whether its connection has ended without a word."""

_LOOKS_PER_PROBE = 5


class Connection:
    """An open connection."""

    def __init__(
        self,
        server: str,
        connected: ConnectedClient,
        executor: Executor,
        logs: ServerLogs,
        questions: Questions | None,
    ) -> None:
        """Take over a client that is being connected."""
        self.tools: Mapping[str, MCPAgentTool] = {}
        """The server's tools when they were last listed, by its own names of them."""
        self.first_tools: Mapping[str, MCPAgentTool] = {}
        """Its tools when it was opened."""
        self.in_flight = 0
        self.left = False
        """Whether it takes no more calls."""
        self.client = connected.client
        self._server = server
        self._connected = connected
        self._executor = executor
        self._logs = logs
        self._questions = questions
        self._closing: asyncio.Task[BaseException | None] | None = None

    @staticmethod
    async def open(
        server: str, factory: Callable[[], MCPClient], executor: Executor, *, asks: bool = False
    ) -> Connection:
        """Make a client, connect it, and list its tools.

        Args:
            server: Name of the server.
            factory: Makes the client.
            executor: For what blocks.
            asks: Whether the server's elicitations are those of the one call that uses the connection.

        Raises:
            ServerLostError: That failed; its words say why.
        """
        logs = ServerLogs(server)
        connection: Connection | None = None
        try:
            client = await on_thread(executor, factory)
            if not isinstance(client, MCPClient):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"the factory returned {type(client).__name__}, not MCPClient: lambda: MCPClient(...)")
            questions = Questions() if asks else None
            connected = ConnectedClient(
                client,
                is_lost=is_lost if questions is None else lambda error: is_lost(error) or is_required(error),
                on_message=logs.heard,
                elicit=None if questions is None else questions.elicit,
            )
            connection = Connection(server, connected, executor, logs, questions)
            await connection._connect()
            return connection
        except BaseException as error:
            words, may_be_missing = "", False
            if connection is not None:
                may_be_missing = connection.may_be_missing
                words = await on_thread(executor, lambda: connection._connected.last_words)
                await connection.close()
            if not isinstance(error, Exception):
                raise
            message = f"MCP server {server!r} cannot be reached: {words_of(error, words)}"
            raise ServerLostError(message, connecting=True, may_be_missing=may_be_missing) from root_of(error)

    @property
    def may_be_missing(self) -> bool:
        """Whether the user's client says that a worker does without the server."""
        return self.client.continue_on_error

    @property
    def lost(self) -> bool:
        """Whether the connection has ended."""
        return self._connected.lost

    async def list_tools(self) -> Mapping[str, MCPAgentTool]:
        """The server's tools as they are now.

        Raises:
            ServerLostError: The connection has failed.
        """
        self._take(await self.ask(self._connected.tools))
        return self.tools

    async def call(
        self,
        use_id: str,
        name: str,
        arguments: Any,
        *,
        progress: ProgressFn | None = None,
        read_timeout: timedelta | None = None,
        answers: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a tool; what Strands tells the model of its result or its error.

        Args:
            use_id: The call's id.
            name: The server's name of the tool.
            arguments: Its input.
            progress: Hears of its progress.
            read_timeout: How long to wait for the answer; None for any time.
            answers: What was answered to the server's questions, on a connection that `asks`.

        Raises:
            ServerLostError: The connection has failed, or the answer has not come in time.
            InterruptException: The server asks what nobody has answered. The call is cancelled, and the connection
                takes no more calls, so that what the server may still do is not taken for the next.
        """
        asking = Asking(self._server, use_id, answers or {})
        with self._logs.of_this_call(), self._questions.of(asking) if self._questions else nullcontext():
            call = asyncio.ensure_future(
                self._connected.call(use_id, name, arguments, progress, read_timeout_seconds=read_timeout)
            )
            waited = 0
            try:
                while not call.done():
                    await asyncio.wait([call, asking.interrupt], timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
                    if asking.interrupt.done() and not call.done():
                        call.cancel()
                        self.left = True
                        await self._connected.delivered()
                        raise InterruptException(asking.interrupt.result())
                    waited += 1
                    if self.lost:
                        call.cancel()
                    elif waited % _LOOKS_PER_PROBE == 0:
                        self._connected.probe()
            except BaseException:
                call.cancel()  # which tells the server
                raise
            if call.cancelled():  # by nobody but the connection
                raise await self._lost(f"it ran {name!r}", ConnectionError("the connection has ended"), sent=True)
            if isinstance(error := call.exception(), Exception):
                if self._questions is not None and is_required(error):
                    if (required := asking.required(error)) is not None:
                        raise InterruptException(required)
                    return self._connected.told(use_id, error)
                raise await self._lost(f"it ran {name!r}", error, sent=True) from root_of(error)
            return call.result()

    async def ask(self, question: Callable[[], T]) -> T:
        """Ask by one of the client's functions that block; it is called on a thread.

        Raises:
            ServerLostError: The connection has failed.
            Exception: What the server has answered.
        """
        try:
            return await on_thread(self._executor, question)
        except Exception as error:
            if not is_lost(error):
                raise
            raise await self._lost("it was asked", error, sent=False) from root_of(error)

    async def close(self) -> BaseException | None:
        """End the connection; why it had ended before, if it had."""
        self.left = True
        if self._closing is None:
            self._closing = asyncio.ensure_future(on_thread(self._executor, self._connected.close))
        return await asyncio.shield(self._closing)

    def end(self) -> None:
        """End the connection, as `close` does; it blocks."""
        self.left = True
        self._connected.close()

    async def _connect(self) -> None:
        connecting = asyncio.ensure_future(on_thread(self._executor, self._connected.connect))
        try:
            self._take(await asyncio.shield(connecting))
            self.first_tools = self.tools
        except asyncio.CancelledError:
            self._connected.abort()
            await asyncio.wait([connecting])
            if not connecting.cancelled():
                connecting.exception()
            raise

    def _take(self, tools: list[MCPAgentTool]) -> None:
        self.tools = {tool.mcp_tool.name: tool for tool in tools}

    async def _lost(self, when: str, error: Exception, *, sent: bool) -> ServerLostError:
        who = f"MCP server {self._server!r}"
        if timed_out(error):
            return ServerLostError(f"{who} did not answer in time when {when}: {error}", sent=sent)
        if is_over(error):
            return ServerLostError(f"{who} does not know the session any more, as after its restart")
        alone, reason = self.in_flight == 1, error
        if self.lost:
            reason = await self.close() or error
        words = await on_thread(self._executor, lambda: self._connected.last_words)
        message = f"{who} was lost when {when}: {words_of(reason, words)}"
        return ServerLostError(message, sent=sent and not (alone and was_never_run(reason)))


async def on_thread(executor: Executor, function: Callable[[], T]) -> T:
    """Call a function that blocks."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(executor, partial(context.run, function))
