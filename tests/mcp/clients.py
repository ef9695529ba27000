"""Factories of clients for the servers of the tests, and servers as processes that can be killed."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from inspect import signature
from pathlib import Path
from typing import Any

from mcp import StdioServerParameters, stdio_client
from mcp.client.sse import sse_client
from strands.tools.mcp import MCPClient

from ..env import LIMIT
from ..suite.processes import ROOT, Process, command, start_process

TAKES_META = "meta" in signature(MCPClient).parameters  # not in Strands 1.60

Factory = Callable[[], MCPClient]


def stdio_parameters(
    name: str, *, env: dict[str, str] | None = None, module: str = "tests.mcp.servers"
) -> StdioServerParameters:
    """How a server is started, which is in the run's pool."""
    python, *arguments = command(module, "stdio", name)
    return StdioServerParameters(command=python, args=arguments, cwd=str(ROOT), env=env)


def stdio(
    name: str, *, env: dict[str, str] | None = None, module: str = "tests.mcp.servers", **options: Any
) -> Factory:
    """A factory for a server as a process of its own."""
    parameters = stdio_parameters(name, env=env, module=module)
    transport: Any = lambda: stdio_client(parameters)  # noqa: E731
    return lambda: MCPClient(transport, **options)


def http(port: int, **options: Any) -> Factory:
    """A factory for a server over streamable HTTP."""
    return lambda: MCPClient(url=f"http://127.0.0.1:{port}/mcp", **options)


def sse(port: int, *, headers: dict[str, str] | None = None, **options: Any) -> Factory:
    """A factory for a server over SSE."""
    transport: Any = lambda: sse_client(f"http://127.0.0.1:{port}/sse", headers=headers)  # noqa: E731
    return lambda: MCPClient(transport, **options)


def at(transport: str, port: int, **options: Any) -> Factory:
    """A factory for a server at a port."""
    return (http if transport == "http" else sse)(port, **options)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in range(int(LIMIT / 0.02)):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"it did not come within {LIMIT} s")


async def until_begun(log: Path) -> None:
    """Wait until a server has written to its log, which is there a moment before the line is."""
    await until(lambda: log.exists() and log.read_text().endswith("\n"))


def is_running(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    """A port that nobody listens to."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@asynccontextmanager
async def serving(
    transport: str, name: str, port: int, *, env: dict[str, str] | None = None, module: str = "tests.mcp.servers"
) -> AsyncIterator[Process]:
    """A server process at a port, which takes connections, and is killed in the end."""
    process = await start_process(
        *(module, transport, name, str(port)),
        environment=env,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        for _ in range(int(LIMIT / 0.05)):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                assert process.returncode is None, "the server has ended"
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                break
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
