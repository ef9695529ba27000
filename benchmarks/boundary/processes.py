"""The driver's side of a worker process: started, asked, killed, and never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

from strands_temporal.testing import TemporalServer

ROOT = Path(__file__).parents[2]


class WorkerProcess:
    """A worker process that runs."""

    def __init__(self, variant: str, queue: str, process: Process, errors: IO[bytes]) -> None:
        """Create it for a process that was started."""
        self.variant = variant
        self.queue = queue
        self._process = process
        self._errors = errors

    async def ask(self, name: str, **arguments: Any) -> Any:
        """The answer to a question (see `worker.Answers`).

        Raises:
            RuntimeError: The process has ended; the message ends with what it printed last.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(json.dumps({"ask": name, **arguments}).encode() + b"\n")
            await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The worker of {self.variant!r} has ended. It printed:\n{self.printed()}")
        return json.loads(line)

    def printed(self) -> str:
        """What it printed last."""
        return os.pread(self._errors.fileno(), 2**24, 0).decode(errors="replace")[-3000:]

    async def kill(self) -> None:
        """End it with SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        await self._process.wait()


@asynccontextmanager
async def worker_process(
    server: TemporalServer, variant: str, python: str, queue: str, environment: Mapping[str, str], options: list[str]
) -> AsyncGenerator[WorkerProcess]:
    """A worker process of a variant; it may not yet poll."""
    command = [python, "-m", "benchmarks.boundary.worker", variant, "--queue", queue, *options]
    command += ["--address", server.address, "--namespace", server.namespace]
    with tempfile.TemporaryFile() as errors:
        # In a session of its own, so that Ctrl+C reaches the driver alone. It ends with its stdin, so with the driver.
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
            limit=2**24,
            start_new_session=True,
        )
        worker = WorkerProcess(variant, queue, process, errors)
        try:
            yield worker
        finally:
            await worker.kill()
