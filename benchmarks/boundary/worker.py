"""The worker process of a variant: `python -m benchmarks.boundary.worker VARIANT ...`, with questions on its stdin.

A question is a line of JSON, `{"ask": NAME, ...}`, and so is its answer on stdout. The process ends with its stdin.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import importlib
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from temporalio.api.history.v1 import History
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer, Worker

from .clock import cpu


class Answers:
    """What a driver can ask; each method answers the question of its name."""

    def __init__(self, variant: Any) -> None:
        self._variant = variant

    async def cpu(self) -> float:
        """Seconds of CPU of this process, without collections."""
        return cpu()

    async def memory(self) -> int:
        """Bytes of resident memory, after what is free was given back."""
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        return int(_read("/proc/self/statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")

    async def replay(self, file: str) -> float:
        """Seconds of CPU to replay a history."""
        events = History.FromString(_read(file)).events
        history = WorkflowHistory("replayed", list(events))
        gc.collect()
        start = cpu()
        await Replayer(workflows=self._variant.WORKFLOWS, plugins=self._variant.plugins()).replay_workflow(history)
        return cpu() - start

    async def construction(self, count: int) -> list[float]:
        """Seconds of CPU to make a plain agent in this process: with its tools, and with tools that are there."""
        from .plain_agents import construction

        return construction(count)


def _read(file: str) -> bytes:
    return Path(file).read_bytes()


async def serve(answers: Answers, answer: Callable[[Any], None]) -> None:
    """Answer until stdin ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        question: dict[str, Any] = json.loads(line)
        method: Callable[..., Awaitable[Any]] = getattr(answers, question.pop("ask"))
        answer(await method(**question))


async def main() -> None:
    """Work until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("variant")
    parser.add_argument("--address", required=True)
    parser.add_argument("--namespace", required=True)
    parser.add_argument("--queue", required=True)
    arguments = parser.parse_args()
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w")  # for answers alone: what else there is goes to stderr
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # for Temporal's core as well, which logs to it
    variant = importlib.import_module(f"benchmarks.boundary.{arguments.variant}")
    client = await Client.connect(arguments.address, namespace=arguments.namespace, plugins=variant.plugins())
    async with Worker(
        client,
        task_queue=arguments.queue,
        workflows=variant.WORKFLOWS,
        activities=variant.ACTIVITIES,
    ):
        await serve(Answers(variant), lambda value: print(json.dumps(value), file=output, flush=True))
        os._exit(0)  # the driver is done or gone; a workflow that is stuck must not keep this process


if __name__ == "__main__":
    asyncio.run(main())
