"""What a whole run shares: its Temporal servers and its pool of processes, which the controlling process starts."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from strands_temporal.testing import find_temporal_cli, temporal_server

from .depth import depth
from .processes import POOL, ROOT


@asynccontextmanager
async def server() -> AsyncGenerator[str]:
    """A server as it comes, or the one at TEMPORAL_ADDRESS."""
    async with temporal_server() as running:
        yield running.address


@asynccontextmanager
async def suggesting_server() -> AsyncGenerator[str]:
    """A server that suggests continue-as-new after 20 events, where others do so after 4,096."""
    cli = find_temporal_cli()
    started = await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType]
        dev_server_existing_path=str(cli) if cli else None,
        dev_server_log_level="never",
        dev_server_extra_args=[
            "--output",
            "none",
            "--dynamic-config-value",
            "limit.historyCount.suggestContinueAsNew=20",
        ],
    )
    async with started:
        yield started.client.service_client.config.target_host


SERVERS: dict[str, Callable[[], AbstractAsyncContextManager[str]]] = {
    "server": server,
    "suggesting server": suggesting_server,
}


class Shared:
    """What the controlling process has started, for as long as the run lasts."""

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._servers = AsyncExitStack()
        self._pool = ExitStack()

    def start_servers(self) -> None:
        """Start one server for each setting."""

        async def start() -> None:
            made = {name: make() for name, make in SERVERS.items()}
            addresses = await asyncio.gather(*map(self._servers.enter_async_context, made.values()))
            self.addresses = dict(zip(made, addresses, strict=True))

        self._loop.run_until_complete(start())

    def start_pool(self) -> None:
        """Start the pool, whose address the environment of all processes tells."""
        self._pool.enter_context(pool())

    def stop(self) -> None:
        """Stop all."""
        self._pool.close()
        self._loop.run_until_complete(self._servers.aclose())
        self._loop.close()


@contextmanager
def pool() -> Any:
    """A pool of processes. It takes connections before it has imported anything, so nobody has to wait for it."""
    with tempfile.TemporaryDirectory(prefix="pool-") as folder, socket.socket(socket.AF_UNIX) as listener:
        address = str(Path(folder, "socket"))
        listener.bind(address)
        listener.listen(64)
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.suite.pool", str(listener.fileno())],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
        )
        os.environ[POOL] = address
        try:
            yield
        finally:
            del os.environ[POOL]
            running.communicate()  # it ends with its input


SHARED = pytest.StashKey[Shared]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start what the run shares, but in the processes that are handed it."""
    if hasattr(config, "workerinput") or config.getoption("collectonly"):
        return
    shared = config.stash[SHARED] = Shared()
    if depth(config) != "all":  # there each process has an interpreter of its own
        shared.start_pool()
    if config.getoption("dist", "no") != "no":
        shared.start_servers()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the servers to a process of the run."""
    node.workerinput["servers"] = node.config.stash[SHARED].addresses


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run shared."""
    if SHARED in config.stash:
        config.stash[SHARED].stop()


@asynccontextmanager
async def running(config: pytest.Config, name: str) -> AsyncIterator[str]:
    """The run's server of a name; where one process runs all tests, it starts the server when a test wants it."""
    if address := getattr(config, "workerinput", {}).get("servers", {}).get(name):
        yield address
        return
    async with SERVERS[name]() as address:
        yield address


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server_address(pytestconfig: pytest.Config) -> AsyncIterator[str]:
    async with running(pytestconfig, "server") as address:
        yield address


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def suggesting_server_address(pytestconfig: pytest.Config) -> AsyncIterator[str]:
    """A server that suggests continue-as-new after 20 events, where others do so after 4,096."""
    async with running(pytestconfig, "suggesting server") as address:
        yield address
