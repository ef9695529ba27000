"""All MCP servers of a worker: connected before it works, closed when it has stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import asynccontextmanager
from datetime import timedelta

from .._errors import MCPServerError
from .._runtime.worker_life import waits_for_plugins
from .connection import MCPClientFactory
from .errors import ServerLostError
from .server import IDLE_TIMEOUT, MAX_CONNECTIONS, Server

logger = logging.getLogger("strands_temporal")

_THREADS = 32
"""Connections that are opened and closed, and questions that are asked, at the same time; calls need no thread."""


class Servers:
    """The servers of one worker."""

    def __init__(self) -> None:
        """Create them; `add` names them."""
        self._factories: dict[str, MCPClientFactory] = {}
        self._idle = IDLE_TIMEOUT
        self._limit = MAX_CONNECTIONS
        self._servers: dict[str, Server] | None = None

    def add(self, factories: Mapping[str, MCPClientFactory], idle: timedelta | None, limit: int | None) -> list[str]:
        """Add servers, before the worker starts; they replace those of the same name.

        Returns:
            The names that are new.
        """
        new = [name for name in factories if name not in self._factories]
        self._factories.update(factories)
        self._idle = idle or self._idle
        self._limit = limit or self._limit
        return new

    def __getitem__(self, name: str) -> Server:
        """The server of a name, while the worker runs."""
        if self._servers is None:  # an activity of a worker that was not started by its run()
            raise RuntimeError(f"MCP server {name!r} is used and its worker does not run.")
        return self._servers[name]

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """Have the servers connected inside of this.

        Raises:
            MCPServerError: A server cannot be reached, or has no tools to offer.
        """
        if self._servers is not None or not self._factories:  # of a plugin of the same worker, which is around this
            yield
            return
        executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="strands-temporal-mcp")
        self._servers = {
            name: Server(name, factory, self._idle, self._limit, executor) for name, factory in self._factories.items()
        }
        try:
            await self._start()
            yield
        finally:
            servers, self._servers = self._servers, None
            if waits_for_plugins():
                await asyncio.gather(*(server.close() for server in servers.values()))
            else:
                wait([executor.submit(end) for server in servers.values() for end in server.ends()])
            executor.shutdown()

    async def _start(self) -> None:
        assert self._servers is not None
        logger.info("MCP servers: connecting to %s", ", ".join(self._servers))
        failed = [words for words in await asyncio.gather(*map(_start, self._servers.values())) if words]
        if failed:
            raise MCPServerError(
                "The worker cannot start without its MCP servers. "
                + " ".join(failed)
                + " Correct the factory in StrandsPlugin(mcp_clients=...), or start the server, and start the worker "
                "again; a worker that may do without it says so by MCPClient(continue_on_error=True)."
            )


async def _start(server: Server) -> str | None:
    """Start one server; what is wrong with it, if anything is."""
    try:
        await server.start()
    except ServerLostError as error:
        if not error.may_be_missing:
            return f"{error}."
        logger.warning("%s. The worker starts without it.", error)
    return None
