"""The command `python -m demo`: arguments, Ctrl+C and the exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from types import FrameType


def main() -> int:
    """Run the demo.

    Returns:
        0 where all is well, 1 where the runs differ or the demo could not run, 130 after Ctrl+C.
    """
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="A durable agent audits this library's source while its workers are killed; the result is "
        "compared with an undisturbed run. The exit code is 0 where they are the same.",
    )
    parser.add_argument("--keep", action="store_true", help="leave the Web UI up at the end, until Ctrl+C")
    keep: bool = parser.parse_args().keep
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_at_once)
    import asyncio  # here, for the imports take a second in which Ctrl+C should work too

    from .run import run_demo
    from .view import View

    async def cancellable() -> int:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(run_demo(View(sys.stdout), keep=keep))
        stopped_by = 0

        def stop(number: int, frame: FrameType | None) -> None:
            nonlocal stopped_by
            if not stopped_by:  # a second Ctrl+C must not disturb the clean-up after the first
                stopped_by = number
                loop.call_soon_threadsafe(task.cancel)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        try:
            return await task
        except asyncio.CancelledError:
            print("\nStopped; the demo leaves no process behind.", flush=True)
            return 128 + stopped_by
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)  # the process ends now anyway

    return asyncio.run(cancellable())


def _end_at_once(number: int, frame: FrameType | None) -> None:
    """End where there is nothing to clean up."""
    os._exit(128 + number)


if __name__ == "__main__":
    from strands_temporal._testing.ending import exit_with

    exit_with(main)
