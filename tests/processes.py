"""Worker processes of tests, which can be killed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from .env import LIMIT, Env


@asynccontextmanager
async def worker_process(
    env: Env, module: str, *files: Path, **options: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that works on the test's task queue; it runs, and is killed in the end.

    Args:
        env: The test's.
        module: What to run. Its arguments are the server's address, the task queue, the files, and the number of
            workflows that it may cache; it prints "ready" when it works.
        files: Files of the test, where it writes what it does.
        options: Further options of the process.
    """
    arguments = [env.client.service_client.config.target_host, env.task_queue, *map(str, files)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments, "100" if env.cached else "0"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ},
        **options,
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), LIMIT) == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
