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
    running = asyncio.current_task()
    assert running is not None
    for number in (signal.SIGTERM, signal.SIGHUP):  # end as by Ctrl+C, for the worker hears of neither
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    async with temporal_server() as server:
        os.environ["TEMPORAL_ADDRESS"] = server.address
        command = (sys.executable, "-u", "-m", f"samples.{name}.run_worker")
        # In a session of its own: a Ctrl+C of the terminal would reach it besides the one that is passed on below, and
        # a second one cuts the end of the first short.
        worker = await asyncio.create_subprocess_exec(*command, start_new_session=True)
        stopped = asyncio.create_task(worker.wait())
        started = asyncio.create_task(importlib.import_module(f"samples.{name}.run_workflow").main())
        try:
            await asyncio.wait([started, stopped], return_when=asyncio.FIRST_COMPLETED)
            if not started.done():
                sys.exit(f"The worker of the sample ended with exit code {stopped.result()}.")
            await started
        finally:
            started.cancel()
            await stop(worker)


async def stop(worker: asyncio.subprocess.Process) -> None:
    """End a worker as Ctrl+C does, and kill it where that takes too long.

    An interpreter that ends while a call of the Temporal SDK is in flight, as it is when a worker has just started, may
    wait for ever for the SDK's threads (seen now and then with temporalio 1.35).
    """
    try:
        with contextlib.suppress(ProcessLookupError, asyncio.TimeoutError):
            worker.send_signal(signal.SIGINT)
            await asyncio.wait_for(worker.wait(), 10)
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()


def main() -> None:
    """Run the sample that the command line names."""
    if len(sys.argv) != 2 or sys.argv[1] not in NAMES:
        print(f"usage: python -m samples NAME, where NAME is one of: {', '.join(NAMES)}", file=sys.stderr)
        sys.exit(2)
    try:
        asyncio.run(run(sys.argv[1]))
    except ServerNotFoundError as error:
        sys.exit(str(error))
    except asyncio.CancelledError:
        sys.exit("The sample was told to end.")


if __name__ == "__main__":
    exit_with(main)
