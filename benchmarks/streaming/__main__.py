"""Lag and history of a reply that clients see while it is made: our topic, our live text, the official plugin's topic.

`python -m benchmarks.streaming [--official PYTHON] [--rounds N]`; the official plugin takes part where an interpreter
is named that has `temporalio-strands-agents`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
import uuid
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from strands.types.streaming import StreamEvent
from temporalio.client import Client
from temporalio.contrib.workflow_streams import WorkflowStreamClient

from strands_temporal import live_text
from strands_temporal._testing.ending import exit_with
from strands_temporal.testing import TemporalServer, temporal_server

from .model import DELTAS, SIZE, said

ROOT = Path(__file__).parents[2]
TEXT_BYTES = DELTAS * SIZE


class Case(NamedTuple):
    """One way to show a reply."""

    name: str
    variant: str
    options: dict[str, Any]
    reader: str | None = None


class Run(NamedTuple):
    """What one run cost."""

    events: int
    size: int
    lags: list[float]


TOPIC = {"streaming_topic": "events"}
LIVE = {"live_text": True}
RAW = {**TOPIC, "streaming_raw_events": True}


def cases(variants: list[str]) -> list[Case]:
    """All of them; what is added is counted from the first one of a variant."""
    both = [
        case
        for variant in variants
        for case in (
            Case("no streaming", variant, {}),
            Case("topic", variant, TOPIC),
            Case("topic, a subscriber", variant, TOPIC, "topic"),
        )
    ]
    own = [
        Case("topic, raw events", "ours", RAW),
        Case("topic, raw events, a subscriber", "ours", RAW, "topic"),
        Case("live text", "ours", LIVE),
        Case("live text, a reader", "ours", LIVE, "live"),
    ]
    return [*both, *own]


async def read_topic(client: Client, workflow_id: str, lags: list[float]) -> None:
    """The page's subscriber."""
    stream = WorkflowStreamClient.create(client, workflow_id)
    cooldown = timedelta(milliseconds=50)
    event: Any
    async for item in stream.subscribe(["events"], from_offset=0, result_type=StreamEvent, poll_cooldown=cooldown):
        event = item.data
        now = time.time()
        lags += [now - each for each in said(event.get("contentBlockDelta", {}).get("delta", {}).get("text", ""))]
        if "messageStop" in event:
            return


async def read_live(client: Client, workflow_id: str, lags: list[float]) -> None:
    """A reader of live text."""
    async for live in live_text(client, workflow_id):
        now = time.time()
        lags += [now - each for reply in live.replies for each in said(reply.new_text)]


READERS: dict[str, Callable[[Client, str, list[float]], Any]] = {"topic": read_topic, "live": read_live}


async def run_once(client: Client, queue: str, case: Case) -> Run:
    """One run of a case."""
    workflow_id, lags = f"streaming-{uuid.uuid4()}", list[float]()
    handle = await client.start_workflow("Tells", case.options, id=workflow_id, task_queue=queue)
    reading = asyncio.create_task(READERS[case.reader](client, workflow_id, lags)) if case.reader else None
    length = await handle.result()
    assert length >= TEXT_BYTES, length
    if reading is not None:
        await asyncio.wait_for(reading, 30)
        assert len(lags) == DELTAS, f"{len(lags)} deltas were seen"
    history = await handle.fetch_history()
    return Run(len(history.events), sum(event.ByteSize() for event in history.events), lags)


@asynccontextmanager
async def worker(server: TemporalServer, variant: str, python: str) -> AsyncGenerator[str, None]:
    """A worker process of a variant, and its queue."""
    queue = f"streaming-{variant}-{uuid.uuid4()}"
    command = [python, "-m", "benchmarks.streaming.worker", variant, server.address, server.namespace, queue]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={**os.environ}, stdin=PIPE)
    try:
        yield queue
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


def ms(seconds: float) -> str:
    """Milliseconds."""
    return f"{1000 * seconds:.0f} ms"


def line(case: Case, runs: list[Run], before: list[Run]) -> str:
    """A line of the table; what is added is the difference of the medians."""
    events = statistics.median(run.events for run in runs) - statistics.median(run.events for run in before)
    size = statistics.median(run.size for run in runs) - statistics.median(run.size for run in before)
    first = ms(statistics.median(run.lags[0] for run in runs)) if case.reader else ""
    text = ms(statistics.median(lag for run in runs for lag in run.lags)) if case.reader else ""
    return f"| {case.variant}: {case.name} | {first} | {text} | {events:.0f} | {size / TEXT_BYTES:.2f} |"


async def main(official: str | None, rounds: int) -> None:
    """Measure and print."""
    pythons = {"official": official, "ours": sys.executable} if official else {"ours": sys.executable}
    print(f"A reply of {DELTAS} deltas of {SIZE} characters in {DELTAS * 0.005:g} s; medians of {rounds} runs.\n")
    print("| | first text after | text after | events added | bytes added for a byte of text |")
    print("|---|--:|--:|--:|--:|")
    async with temporal_server() as server:
        client = await Client.connect(server.address, namespace=server.namespace)
        before: list[Run] = []
        for variant, python in pythons.items():
            async with worker(server, variant, python) as queue:
                await run_once(client, queue, Case("warm-up", variant, {}))
                for case in cases([variant]):
                    if case.variant != variant:
                        continue
                    runs = [await run_once(client, queue, case) for _ in range(rounds)]
                    if case.options:
                        print(line(case, runs, before), flush=True)
                    else:
                        before = runs


def command() -> int:
    """Read the command line, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streaming", description=__doc__)
    parser.add_argument("--official", metavar="PYTHON", help="an interpreter with temporalio-strands-agents")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each case")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.official, arguments.rounds))
    return 0


if __name__ == "__main__":
    exit_with(command)
