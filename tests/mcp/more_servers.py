"""Servers that ask, and servers with tenants, in the older MCP of most published servers, whichever `mcp` is installed.

`python -m tests.mcp.more_servers stdio asking` and `python -m tests.mcp.more_servers http tenants PORT`; each of the
servers is there in both ways, but those of tenants. What they do is written to the file that LOG names, a line each.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import anyio
import uvicorn
from pydantic import BaseModel

from .servers import V2, Context, MCPServer, log

DISCOVER = "server/discover"
"""How newer clients ask whether a server is newer."""


class Nights(BaseModel):
    nights: int


class Guest(BaseModel):
    name: str
    breakfast: bool = False


if V2:
    from mcp.server.mcpserver import Elicit, Resolve  # type: ignore[attr-defined]

    async def how_much(dish: str) -> Elicit[Nights]:
        """Ask for a number."""
        return Elicit(f"How much {dish}?", Nights)


def asking_server() -> Any:
    server = MCPServer("asking")

    @server.tool()
    async def book(context: Context, city: str) -> str:  # type: ignore[type-arg]
        """Book a room."""
        log(f"begin {city}")
        try:
            answer: Any = await context.elicit(f"How many nights in {city}?", Nights)
        except asyncio.CancelledError:
            log(f"cancelled {city}")
            raise
        if answer.action != "accept":
            log(f"{answer.action} {city}")
            return f"not booked: {answer.action}"
        await _work()
        log(f"booked {city} {answer.data.nights}")
        return f"booked {answer.data.nights} nights in {city}"

    @server.tool()
    async def book_for_two(context: Context) -> str:  # type: ignore[type-arg]
        """Ask the same twice, and something else in between."""
        first: Any = await context.elicit("Who?", Guest)
        nights: Any = await context.elicit("How many nights?", Nights)
        second: Any = await context.elicit("Who?", Guest)
        return f"{first.data.name} and {second.data.name}, {nights.data.nights} nights"

    @server.tool()
    async def connect(context: Context) -> str:  # type: ignore[type-arg]
        """Have the user visit a page."""
        answer: Any = await context.elicit_url("Sign in", f"https://example.com/{os.getpid()}", "sign-in-1")
        return f"signed in: {answer.action}"

    @server.tool()
    async def required(context: Context) -> str:  # type: ignore[type-arg]
        """Say that the user has to visit a page first, where he has not."""
        from mcp.shared.exceptions import UrlElicitationRequiredError
        from mcp.types import ElicitRequestURLParams

        if not Path(os.environ["LOG"]).with_suffix(".visited").exists():
            fields = {"message": "Sign in", "url": "https://example.com/in", "elicitationId": "x"}
            raise UrlElicitationRequiredError([ElicitRequestURLParams.model_validate(fields)])
        return "there"

    return server


def newer_server() -> Any:
    """A server whose tool has its question answered before it runs; only in the newest MCP."""
    server = MCPServer("newer")

    @server.tool()
    async def order(dish: str, much: Annotated[Nights, Resolve(how_much)]) -> str:
        """Order a dish."""
        return f"{much.nights} times {dish}"

    return server


async def _work() -> None:
    """Work for ever, or die, where it is the first to work."""
    how = os.environ.get("FIRST")
    mark = Path(os.environ["LOG"]).with_suffix(".first") if how else None
    if mark is None or mark.exists():
        return
    mark.touch()
    log("works")
    if how == "die":
        os._exit(3)
    await asyncio.sleep(3600)


async def run_stdio(server: Any) -> None:
    """Serve over stdio as servers did before there was `server/discover`."""
    from mcp.server.stdio import stdio_server
    from mcp.shared.message import SessionMessage
    from mcp.types import JSONRPCError

    inner = server._lowlevel_server if V2 else server._mcp_server
    async with stdio_server() as (read, write):
        sender, filtered = anyio.create_memory_object_stream[Any](100)

        async def forward() -> None:
            async with sender:
                async for message in read:
                    request: Any = getattr(message, "message", message)
                    request = getattr(request, "root", request)
                    if getattr(request, "method", None) == DISCOVER:
                        answer: Any = JSONRPCError.model_validate(_unknown(request.id))
                        await write.send(SessionMessage(answer))
                    else:
                        await sender.send(message)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(forward)
            await inner.run(filtered, write, inner.create_initialization_options())
            tasks.cancel_scope.cancel()


def _unknown(request_id: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "error": {"code": -32601, "message": "Method not found"}}


def tenant_server(tenant: str) -> Any:
    server = MCPServer(tenant)

    @server.tool()
    async def who(context: Context, seconds: float = 0) -> str:  # type: ignore[type-arg]
        """Say whose server this is."""
        request: Any = context.request_context.request
        log(f"call {tenant}")
        if seconds:
            while not Path(os.environ["LOG"]).with_suffix(".go").exists():
                await asyncio.sleep(0.02)
        keys = {"key-of-a": "a", "key-of-b": "b", "key-of-c": "c"}
        return f"tenant {request.headers['x-tenant']} with the key of {keys[request.headers['authorization'][7:]]}"

    if tenant in ("a", "b", "c"):

        @server.tool(name=f"only_{tenant}")
        def only() -> str:
            """A tool of one tenant."""
            return f"only of {tenant}"

    @server.prompt()
    def greet(name: str) -> str:
        """Greet a customer."""
        return f"Say hello to {name} from {tenant}."

    @server.resource(f"notes://{tenant}/today")
    def today() -> str:
        """The notes of a tenant."""
        return f"notes of {tenant}"

    return server


class Tenants:
    """One server for each tenant; the header `x-tenant` says which. Notes the sessions that are opened and closed."""

    def __init__(self, servers: dict[str, Any]) -> None:
        self.servers = servers
        self.apps: dict[str, Any] = {}
        for name, server in self.servers.items():
            self.apps[name] = server.streamable_http_app()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        tenant, body, more = headers["x-tenant"], b"", scope["method"] == "POST"
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        request = json.loads(body) if body else {}
        if request.get("method") == DISCOVER:
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
            )
            await send({"type": "http.response.body", "body": json.dumps(_unknown(request["id"])).encode()})
            return
        if scope["method"] == "DELETE":
            log(f"close {tenant}")
        given = [{"type": "http.request", "body": body}] if body else []

        async def once() -> Any:
            return given.pop() if given else await receive()

        async def noting(message: Any) -> None:
            if message["type"] == "http.response.start" and request.get("method") == "initialize":
                log(f"open {tenant}")
            await send(message)

        await self.apps[tenant](scope, once, noting)

    async def serve(self, port: int) -> None:
        async with anyio.create_task_group() as tasks:
            for server in self.servers.values():
                tasks.start_soon(self._manage, server)
            await uvicorn.Server(uvicorn.Config(self, port=port, log_level="error", lifespan="off")).serve()
            tasks.cancel_scope.cancel()

    async def _manage(self, server: Any) -> None:
        async with server.session_manager.run():
            await anyio.sleep_forever()


def main(transport: str, name: str, port: int = 0) -> None:
    if name == "newer":
        server = newer_server()
        server.run("stdio") if transport == "stdio" else server.run("streamable-http", port=port)
    elif transport == "stdio":
        anyio.run(run_stdio, asking_server())
    elif name == "asking":
        anyio.run(Tenants({"asking": asking_server()}).serve, port)
    else:
        anyio.run(Tenants({tenant: tenant_server(tenant) for tenant in "abc"}).serve, port)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
