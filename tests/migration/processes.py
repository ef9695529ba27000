"""Workers of the samples in processes of their own, which are killed when they are no longer needed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT = 60.0


@asynccontextmanager
async def worker_process(
    python: str, package: str, name: str, kind: str, task_queue: str, address: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker, which is killed at the end by SIGKILL."""
    command = (python, "-m", "tests.migration.worker", package, name, kind, task_queue)
    environment = {**os.environ, "TEMPORAL_ADDRESS": address}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), LIMIT)
        assert line == b"ready\n", f"the worker of {package} did not start: {' '.join(command)}"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
