"""Processes of tests, which can be killed: from the pool of the run, or with an interpreter of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ..env import LIMIT, Env
from . import launch

ROOT = Path(__file__).parents[2]

SEED = "PYTHONHASHSEED"
SEED_OF_RUN = os.environ.get(SEED)

POOL = "STRANDS_TEMPORAL_TEST_POOL"
"""The environment variable with the address of the run's pool (tests/suite/pool.py)."""


def command(module: str, *arguments: str, fresh: bool = False) -> list[str]:
    """The command that runs a module, for somebody else to start."""
    pool = None if fresh else os.environ.get(POOL)
    if pool:
        return [sys.executable, "-I", "-S", launch.__file__, pool, module, *arguments]
    return [sys.executable, "-m", module, *arguments]


class PooledProcess:
    """A process of the pool, to be used as one of asyncio's.

    Attributes:
        pid: Its process id.
        stdout: What it prints, if that was asked for.
        stderr: What it prints there, if that was asked for.
    """

    def __init__(
        self, pid: int, connection: asyncio.StreamReader, pipes: list[asyncio.StreamReader | None], close: Any
    ) -> None:
        self.pid = pid
        self.stdout, self.stderr = pipes
        self._ended = asyncio.ensure_future(connection.readline())
        self._close = close

    @property
    def returncode(self) -> int | None:
        """How it ended, None if it has not."""
        return int(self._ended.result() or -signal.SIGKILL) if self._ended.done() else None

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it has not ended."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait until it has ended, and tell how; what it printed is to be read before."""
        await asyncio.shield(self._ended)
        self._close()
        await asyncio.sleep(0)  # in which what was closed is let go
        assert self.returncode is not None
        return self.returncode


Process = asyncio.subprocess.Process | PooledProcess


async def start_process(
    module: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
    fresh: bool = False,
) -> Process:
    """Run a module in a process of its own.

    Args:
        module: What to run.
        arguments: Its command line.
        environment: Variables beside those of this process.
        stdout: `asyncio.subprocess.PIPE` or `DEVNULL`; this process's own without it.
        stderr: As `stdout`.
        fresh: With an interpreter of its own, for a test of what imports do, or of hashes that are seeded anew.

    Raises:
        ValueError: An option of the interpreter's own for a process that would share the pool's.
    """
    variables = {**os.environ, **(environment or {})}
    if not fresh and variables.get(SEED) != SEED_OF_RUN:
        raise ValueError("A process of the pool has the hashes of the pool: ask for fresh=True.")
    pool = None if fresh else os.environ.get(POOL)
    if not pool:
        return await asyncio.create_subprocess_exec(
            *command(module, *arguments, fresh=fresh), cwd=ROOT, env=variables, stdout=stdout, stderr=stderr
        )
    ends = contextlib.ExitStack()
    pipes: list[asyncio.StreamReader | None] = []
    with contextlib.ExitStack() as files, socket.socket(socket.AF_UNIX) as connection:
        nothing = os.open(os.devnull, os.O_RDWR)
        files.callback(os.close, nothing)
        numbers = [nothing]
        for number, wanted in ((1, stdout), (2, stderr)):
            if wanted == asyncio.subprocess.PIPE:
                read, write = os.pipe()
                files.callback(os.close, write)
                pipes.append(await read_pipe(read, ends))
                numbers.append(write)
            else:
                pipes.append(None)
                numbers.append(nothing if wanted == asyncio.subprocess.DEVNULL else number)
        connection.connect(pool)
        launch.ask(connection, module, list(arguments), variables, numbers)
        reader, writer = await asyncio.open_unix_connection(sock=connection.dup())
    ends.callback(writer.close)
    return PooledProcess(int(await reader.readline()), reader, pipes, ends.close)


async def read_pipe(number: int, ends: contextlib.ExitStack) -> asyncio.StreamReader:
    """A reader of a pipe."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(number, "rb"))
    ends.callback(transport.close)
    return reader


@asynccontextmanager
async def worker_process(
    env: Env,
    module: str,
    *files: Path,
    environment: Mapping[str, str] | None = None,
    stderr: int | None = None,
    fresh: bool = False,
) -> AsyncIterator[Process]:
    """A process that works on the test's task queue; it runs, and is killed in the end.

    Args:
        env: The test's.
        module: What to run. Its arguments are the server's address, the task queue, the files, and the number of
            workflows that it may cache; it prints "ready" when it works.
        files: Files of the test, where it writes what it does.
        environment: As that of `start_process`.
        stderr: As that of `start_process`.
        fresh: As that of `start_process`.
    """
    arguments = [env.client.service_client.config.target_host, env.task_queue, *map(str, files)]
    process = await start_process(
        *(module, *arguments, "100" if env.cached else "0"),
        environment=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        fresh=fresh,
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), LIMIT) == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
