"""MCP servers of the tests: real ones, written with the `mcp` package of either major version.

`python -m tests.mcp.servers TRANSPORT NAME [PORT]` serves over stdio, streamable HTTP ("http") or SSE. What its tools
do is written to the file that LOG names, a line each.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import CallToolResult, ListToolsResult, ToolAnnotations
from pydantic import BaseModel

try:
    from mcp.server import MCPServer  # type: ignore[attr-defined]
    from mcp.server.mcpserver import Context
    from mcp.server.mcpserver.exceptions import ToolError

    V2 = True
except ImportError:
    from mcp.server.fastmcp import Context  # type: ignore[no-redef]
    from mcp.server.fastmcp import FastMCP as MCPServer  # type: ignore[no-redef]
    from mcp.server.fastmcp.exceptions import ToolError  # type: ignore[no-redef]

    V2 = False


def log(line: str) -> None:
    """Note what a tool has done."""
    if path := os.environ.get("LOG"):
        with Path(path).open("a") as file:
            file.write(f"{line}\n")


def echo_server() -> Any:
    server = MCPServer("echo")

    @server.tool()
    def echo(text: str) -> str:
        """Say it again."""
        return f"echo: {text}"

    @server.tool()
    def double(text: str) -> str:
        """Say it twice."""
        return text + text

    @server.tool()
    def fail(reason: str) -> str:
        """Fail."""
        raise ToolError(reason)

    return server


def fragile_server() -> Any:
    """A server that dies, or is slow, as it is told."""
    server = MCPServer("fragile")

    @server.tool()
    async def work(text: str = "", die: bool = False, seconds: float = 0) -> str:
        """Work, or die of it."""
        log(f"begin {text}")
        if die and not Path(os.environ["LOG"]).with_suffix(".died").exists():
            Path(os.environ["LOG"]).with_suffix(".died").touch()
            print("out of luck", file=sys.stderr, flush=True)
            os._exit(3)
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            log(f"cancelled {text}")
            raise
        log(f"end {text}")
        return f"worked {text}"

    @server.tool()
    async def work_once(text: str) -> str:
        """Work for ever where it is the first to work, so that one can kill it."""
        first = not os.path.exists(os.environ["LOG"])  # noqa: ASYNC240, PTH110
        return await work(text, seconds=3600 if first else 0)

    @server.tool()
    def pid() -> str:
        """The process of the server."""
        return str(os.getpid())

    return server


class Name(BaseModel):
    """A name."""

    name: str


if V2:
    from mcp.server.mcpserver import Elicit, ElicitationResult, Resolve  # type: ignore[attr-defined]

    async def ask() -> Elicit[Name]:
        return Elicit("Your name?", Name)

    async def asks(answer: Annotated[ElicitationResult[Name], Resolve(ask)]) -> str:  # pyright: ignore[reportRedeclaration]
        """Ask the user."""
        return f"{answer.action} {getattr(answer, 'data', None)}"

else:

    async def asks(context: Context) -> str:  # type: ignore  # pyright: ignore[reportRedeclaration]
        """Ask the user."""
        answer = await context.elicit("Your name?", Name)
        return f"{answer.action} {getattr(answer, 'data', None)}"


def rich_server() -> Any:
    """Every kind of content, of hints and of schemas."""
    server = MCPServer("rich")

    @server.tool()
    def content(kind: str) -> CallToolResult:
        """One of the contents."""
        return CallToolResult.model_validate(CONTENTS[kind])

    @server.tool(annotations=ToolAnnotations.model_validate({"readOnlyHint": True, "title": "Sum"}))
    def add(a: int, b: int = 2) -> Sum:
        """Add two numbers."""
        return Sum(sum=a + b)

    @server.tool()
    def no_description() -> None:
        pass

    @server.tool(annotations=ToolAnnotations.model_validate({"idempotentHint": False, "destructiveHint": True}))
    def spend(amount: float) -> str:
        """Spend money."""
        log(f"spent {amount}")
        if not Path(os.environ["LOG"]).with_suffix(".died").exists():
            Path(os.environ["LOG"]).with_suffix(".died").touch()
            os._exit(3)
        return f"spent {amount}"

    @server.tool()
    async def progresses(context: Context, steps: int) -> str:  # type: ignore[type-arg]
        """Report progress."""
        for step in range(steps):
            await context.report_progress(step, steps, f"step {step}")
            await asyncio.sleep(0.05)
        return "there"

    @server.tool()
    async def talks(context: Context) -> str:  # type: ignore[type-arg]
        """Log messages."""
        await context.info("all is well")
        await context.warning("or is it")
        return "talked"

    server.tool()(asks)

    @server.tool()
    def meta(context: Context) -> str:  # type: ignore[type-arg]
        """The metadata of the call."""
        found: Any = context.request_context.meta
        return str(found.model_dump() if hasattr(found, "model_dump") else found)

    @server.tool()
    def environment(name: str) -> str:
        """A variable of the server's environment."""
        return str(os.environ.get(name))

    @server.prompt()
    def greet(name: str) -> str:
        """Greet someone."""
        return f"Say hello to {name}."

    @server.resource("notes://today")
    def today() -> str:
        """The notes of today."""
        return "buy milk"

    @server.resource("notes://picture", mime_type="image/png")
    def picture() -> bytes:
        return PIXEL

    @server.resource("notes://day/{day}")
    def day(day: str) -> str:
        """The notes of a day."""
        return f"notes of {day}"

    return server


class Sum(BaseModel):
    """A sum."""

    sum: int


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_PIXEL = base64.b64encode(PIXEL).decode()


def _resource(**fields: Any) -> dict[str, Any]:
    return {"content": [{"type": "resource", "resource": {"uri": "notes://x", **fields}}]}


CONTENTS: dict[str, dict[str, Any]] = {
    "text": {"content": [{"type": "text", "text": "plain \u00e9\U0001f600"}, {"type": "text", "text": "two"}]},
    "empty": {"content": []},
    "image": {"content": [{"type": "image", "data": _PIXEL, "mimeType": "image/png"}]},
    "odd_image": {"content": [{"type": "image", "data": _PIXEL, "mimeType": "image/tiff"}]},
    "audio": {"content": [{"type": "audio", "data": _PIXEL, "mimeType": "audio/wav"}, {"type": "text", "text": "la"}]},
    "text_resource": _resource(text="a note", mimeType="text/plain"),
    "json_blob": _resource(blob=base64.b64encode(b'{"a": 1}').decode(), mimeType="application/json"),
    "image_blob": _resource(blob=_PIXEL, mimeType="image/png"),
    "other_blob": _resource(blob=_PIXEL, mimeType="application/zip"),
    "link": {"content": [{"type": "resource_link", "uri": "notes://x", "name": "x"}]},
    "structured": {
        "content": [{"type": "text", "text": "see"}],
        "structuredContent": {"list": [1, 2.5, None, {"$bytes": "not"}]},
    },
    "meta": {"content": [{"type": "text", "text": "m"}], "_meta": {"tokens": 12, "more": {"a": [1]}}},
    "error": {"content": [{"type": "text", "text": "bad"}, {"type": "text", "text": "luck"}], "isError": True},
    "error_meta": {"content": [], "isError": True, "structuredContent": {"code": 7}, "_meta": {"id": "x"}},
}


def changing_server() -> Any:
    """A server whose tools are the files of a folder, and one that changes them."""
    server = Server("changing")
    folder = Path(os.environ["FOLDER"])

    def listed() -> ListToolsResult:
        schema = {"type": "object", "properties": {}}
        names = ["change", *sorted(path.name for path in folder.iterdir())]
        return ListToolsResult.model_validate({"tools": [{"name": name, "inputSchema": schema} for name in names]})

    def called(name: str, arguments: dict[str, str]) -> dict[str, Any]:
        if name == "change":
            (folder / arguments["old"]).rename(folder / arguments["new"])
        elif not (folder / name).exists():
            return {"content": [{"type": "text", "text": f"Unknown tool: {name}"}], "isError": True}
        return {"content": [{"type": "text", "text": name}]}

    if V2:

        async def list_tools(context: Any, params: Any) -> Any:
            return listed()

        async def call_tool(context: Any, params: Any) -> Any:
            return CallToolResult.model_validate(called(params.name, params.arguments or {}))

        return Server("changing", on_list_tools=list_tools, on_call_tool=call_tool)

    @server.list_tools()  # type: ignore[attr-defined]
    async def list_tools_1() -> Any:
        return listed().tools

    @server.call_tool(validate_input=False)  # type: ignore[attr-defined]
    async def call_tool_1(name: str, arguments: dict[str, str]) -> Any:
        return CallToolResult.model_validate(called(name, arguments))

    return server


def guarded(app: Any, token: str) -> Any:
    """Only for those who know the token."""

    async def guard(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and dict(scope["headers"]).get(b"authorization") != f"Bearer {token}".encode():
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b"who are you?"})
            return
        await app(scope, receive, send)

    return guard


async def serve_on_stdio(server: Any) -> None:
    async with stdio_server() as streams:
        await server.run(*streams, server.create_initialization_options())


def broken_server() -> Any:
    print("cannot find the treasure map\n" * 3, file=sys.stderr, flush=True)
    raise SystemExit(4)


def silent_server() -> Any:
    """One that never answers."""
    time.sleep(3600)


SERVERS = {
    "broken": broken_server,
    "changing": changing_server,
    "echo": echo_server,
    "fragile": fragile_server,
    "rich": rich_server,
    "silent": silent_server,
}


def main(transport: str, name: str, port: int = 0) -> None:
    server = SERVERS[name]()
    if isinstance(server, Server):
        asyncio.run(serve_on_stdio(server))
        return
    if transport == "stdio":
        server.run("stdio")
        return
    app = server.streamable_http_app() if transport == "http" else server.sse_app()
    if token := os.environ.get("TOKEN"):
        app = guarded(app, token)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
