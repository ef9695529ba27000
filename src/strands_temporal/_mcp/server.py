"""One MCP server of a worker: its connections, and its tools as the worker first saw them."""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from typing import Any

from strands.tools.mcp import MCPClient
from strands.tools.mcp.mcp_agent_tool import MCPAgentTool
from temporalio.exceptions import ApplicationError

from .connection import Connection, MCPClientFactory
from .context import Context, canonical, copied
from .errors import FAILURE_TYPE, ServerLostError
from .factories import needs_context, takes_context
from .pool import Pool, Purpose

IDLE_TIMEOUT = timedelta(minutes=5)
"""How long a connection stays open that nobody uses, where the user sets nothing else."""

MAX_CONNECTIONS = 32
"""How many connections to one server a worker has open, where the user sets nothing else."""

logger = logging.getLogger("strands_temporal")


class Server:
    """A server that the plugin names."""

    def __init__(self, name: str, factory: MCPClientFactory, idle: timedelta, limit: int, executor: Executor) -> None:
        """Create it; nothing is connected yet."""
        self.name = name
        self.frozen: Mapping[str, MCPAgentTool] | None = None
        """The tools without a context, when the worker first saw them, for as long as it lives."""
        self._factory = factory
        self._executor = executor
        self._pool = Pool(name, idle, limit)

    async def start(self) -> None:
        """Connect, and keep the list of tools; where the factory needs a context there is nothing to connect to yet.

        Raises:
            ServerLostError: The server cannot be reached, or has nothing to offer.
        """
        if needs_context(self._factory):
            logger.info("MCP server %r: its first call connects, for its factory takes a context", self.name)
            return
        begun = time.monotonic()
        async with self.using() as connection:
            tools, optional = connection.tools, connection.may_be_missing
        if not tools and not optional:
            raise ServerLostError(f"MCP server {self.name!r} lists no tool that its tool_filters let pass")
        self.frozen = tools
        seconds = time.monotonic() - begun
        logger.info("MCP server %r: connected in %.1f s, its tools: %s", self.name, seconds, ", ".join(tools) or "none")

    async def tools(self, *, fresh: bool, context: Context | None = None) -> Mapping[str, MCPAgentTool]:
        """Its tools, by its own names of them.

        Args:
            fresh: As they are now; else as they were when the worker first saw them. With a context: when the
                connection was opened.
            context: The context of the client, if it has one.

        Raises:
            ServerLostError: The server cannot be reached.
            ApplicationError: The factory does not fit to the context.
        """
        if self.frozen is not None and context is None and not fresh:
            return self.frozen
        try:
            async with self.using(context) as connection:
                tools = await connection.list_tools() if fresh else connection.first_tools
        except ServerLostError as error:
            if error.may_be_missing:
                return {}
            raise
        if self.frozen is None and context is None:
            self.frozen = tools
        return tools

    def using(self, context: Context | None = None, *, alone: bool = False) -> AbstractAsyncContextManager[Connection]:
        """A connection, opened if there is none; inside of this it is not idle.

        Args:
            context: The context of the client, if it has one.
            alone: Whether it is to be for this one call, and for what the server asks in it.

        Raises:
            ServerLostError: The server cannot be reached.
            ApplicationError: The factory does not fit to the context.
        """
        return self._pool.using(
            Purpose(None if context is None else canonical(context), alone), self._opening(context, alone)
        )

    async def close(self) -> None:
        """Close all that is open; the worker has stopped, so nobody uses it any more."""
        await self._pool.close()

    def ends(self) -> Sequence[Callable[[], object]]:
        """What closes all that is open, for callers that cannot await: functions that block."""
        return self._pool.ends()

    def _opening(self, context: Context | None, alone: bool) -> Callable[[], Coroutine[Any, Any, Connection]]:
        self._check(context)
        given: Any = self._factory
        make: Callable[[], MCPClient] = given if context is None else (lambda: given(copied(context)))
        return partial(Connection.open, self.name, make, self._executor, asks=alone)

    def _check(self, context: Context | None) -> None:
        signature = f"StrandsPlugin(mcp_clients={{{self.name!r}: ...}})"
        if context is not None and not takes_context(self._factory):
            raise _misfit(
                f"TemporalMCPClient(server={self.name!r}, context=...) gives a context, and the server's factory takes "
                f"no argument. Give it one, {signature} with lambda context: MCPClient(...), or leave the context out."
            )
        if context is None and needs_context(self._factory):
            raise _misfit(
                f"The factory of MCP server {self.name!r} takes a context ({_parameters(self._factory)}), and "
                f"TemporalMCPClient(server={self.name!r}) gives none. Give one, context={{...}}, or let the factory "
                f"do without, {signature} with lambda context=None: MCPClient(...)."
            )


def _misfit(message: str) -> ApplicationError:
    return ApplicationError(message, type=FAILURE_TYPE, non_retryable=True)


def _parameters(factory: MCPClientFactory) -> str:
    return ", ".join(inspect.signature(factory).parameters)
