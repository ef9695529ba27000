"""Runs one sample: a Temporal server where none is named by TEMPORAL_ADDRESS, its worker, and its workflow."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import signal
import sys
from pathlib import Path

from strands_temporal._testing.ending import exit_with
from strands_temporal.testing import ServerNotFoundError, temporal_server

NAMES = sorted(path.parent.name for path in Path(__file__).parent.glob("*/run_worker.py"))


async def run(name: str) -> None:
    """Run the sample: its worker in a process of its own, the script that starts its workflow in this one."""
    async with temporal_server() as server:
        os.environ["TEMPORAL_ADDRESS"] = server.address
        command = (sys.executable, "-u", "-m", f"samples.{name}.run_worker")
        worker = await asyncio.create_subprocess_exec(*command)
        stopped = asyncio.create_task(worker.wait())
        started = asyncio.create_task(importlib.import_module(f"samples.{name}.run_workflow").main())
        try:
            await asyncio.wait([started, stopped], return_when=asyncio.FIRST_COMPLETED)
            if not started.done():
                sys.exit(f"The worker of the sample ended with exit code {stopped.result()}.")
            await started
        finally:
            started.cancel()
            with contextlib.suppress(ProcessLookupError):
                worker.send_signal(signal.SIGINT)
            await stopped


def main() -> None:
    """Run the sample that the command line names."""
    if len(sys.argv) != 2 or sys.argv[1] not in NAMES:
        print(f"usage: python -m samples NAME, where NAME is one of: {', '.join(NAMES)}", file=sys.stderr)
        sys.exit(2)
    try:
        asyncio.run(run(sys.argv[1]))
    except ServerNotFoundError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    exit_with(main)
