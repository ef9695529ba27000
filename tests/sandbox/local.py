"""A real sandbox without a container: a folder of this machine, in which Strands' own local environment runs."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
from asyncio.base_subprocess import BaseSubprocessTransport
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, TypeAlias

from strands.sandbox import ExecutionResult, PosixShellSandbox, StreamChunk
from strands.sandbox.not_a_sandbox_local_environment import NotASandboxLocalEnvironment

from ..env import LIMIT

Items: TypeAlias = AsyncGenerator[StreamChunk | ExecutionResult, None]


class FolderSandbox(PosixShellSandbox):
    """Commands, code and files in a folder; real processes, real errors."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._host = NotASandboxLocalEnvironment()

    async def execute_streaming(
        self,
        command: str,
        *,
        timeout: float | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> Items:
        stream = self._host.execute_streaming(command, timeout=timeout, cwd=cwd or str(self.folder), env=env)
        try:
            async for item in stream:
                yield item
        finally:
            await stream.aclose()


def lines_of(file: Path) -> list[str]:
    """What a command has written to a file."""
    return file.read_text().splitlines() if file.exists() else []


async def until_written(file: Path, lines: int = 1) -> list[str]:
    """Wait until a command has written so many lines to a file, and read them."""
    for _ in range(6000):
        if len(found := lines_of(file)) >= lines:
            return found
        await asyncio.sleep(0.005)
    raise AssertionError(f"{file} was not written")


async def until_gone(pid: int) -> None:
    """Wait until a process is no more."""
    for _ in range(3000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    raise AssertionError(f"process {pid} still runs")


async def collect_pipes() -> None:
    """Close what Strands leaves to the garbage collector: a full pipe of a process that it has killed.

    That is to be done on its loop, and on a busy machine the process has perhaps not ended yet.
    """
    loop = asyncio.get_running_loop()
    for each in gc.get_objects():
        if issubclass(type(each), BaseSubprocessTransport) and each._loop is loop:  # type: ignore[attr-defined]
            each.close()
            await asyncio.wait_for(each._wait(), LIMIT)  # type: ignore[attr-defined]
    await asyncio.sleep(0)  # in which the pipes are closed
