"""Measures a call of an MCP tool: `python -m benchmarks.mcp [--rounds N] [--official PYTHON]`.

A real server over stdio echoes a text. By turns, in one workflow on one worker: a call through our tool and its
activity, and a plain activity that calls an open session of `mcp` directly. The time of a call is that from its being
scheduled to its result, by the clock of the Temporal server. PYTHON is an interpreter with
`temporalio-strands-agents`, whose activity then takes its turn too, on a worker of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import sys
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from mcp import ClientSession, StdioServerParameters, stdio_client
from samples.mcp.run_worker import ECHO_SERVER
from strands.tools.mcp import MCPClient
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Worker

from strands_temporal import StrandsPlugin
from strands_temporal._testing.ending import exit_with
from strands_temporal.testing import temporal_server

from .workflow import CALL, DIRECT, Calls

ROOT = Path(__file__).parents[2]
SERVER = StdioServerParameters(command=sys.executable, args=[str(ECHO_SERVER)])
OURS, OFFICIAL = "through our tool", "official plugin"


def transport() -> Any:
    """The echo server as a process."""
    return stdio_client(SERVER)


@contextlib.asynccontextmanager
async def direct() -> AsyncIterator[Any]:
    """The plain activity, and its session."""
    async with stdio_client(SERVER) as streams, ClientSession(*streams) as session:
        await session.initialize()
        await session.list_tools()

        @activity.defn(name=DIRECT)
        async def call(text: str) -> Any:
            result = await session.call_tool("echo", {"text": text})
            return result.model_dump(mode="json", by_alias=True, exclude_none=True)

        yield call


@contextlib.asynccontextmanager
async def official(python: str | None, address: str) -> AsyncIterator[str | None]:
    """The task queue of a worker of the official plugin, if there is one."""
    if python is None:
        yield None
        return
    queue = f"official-{uuid.uuid4()}"
    process = await asyncio.create_subprocess_exec(
        *(python, "-m", "benchmarks.mcp.official", address, queue, sys.executable, str(ECHO_SERVER)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield queue
    finally:
        process.kill()
        await process.wait()


def times(history: WorkflowHistory, queue: str) -> dict[str, list[float]]:
    """Milliseconds from scheduled to completed, by kind."""
    found: dict[str, list[float]] = defaultdict(list)
    scheduled: dict[int, tuple[str, int]] = {}
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            attributes = event.activity_task_scheduled_event_attributes
            name = attributes.activity_type.name
            if name == CALL:
                name = OURS if attributes.task_queue.name == queue else OFFICIAL
            scheduled[event.event_id] = name, event.event_time.ToNanoseconds()
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            name, began = scheduled[event.activity_task_completed_event_attributes.scheduled_event_id]
            found[name].append((event.event_time.ToNanoseconds() - began) / 1e6)
    return found


async def main(rounds: int, python: str | None) -> None:
    """Make the calls and print what they took."""
    queue = f"mcp-{uuid.uuid4()}"
    async with temporal_server() as server, direct() as call, official(python, server.address) as official_queue:
        client = await Client.connect(server.address)
        plugin = StrandsPlugin(mcp_clients={"echo": lambda: MCPClient(transport)})
        async with Worker(client, task_queue=queue, workflows=[Calls], activities=[call], plugins=[plugin]):
            for number in (20, rounds):  # the first to warm up
                handle = await client.start_workflow(
                    Calls.run, args=[number, official_queue], id=f"{queue}-{number}", task_queue=queue
                )
                await handle.result()
        found = times(await handle.fetch_history(), queue)
    base = statistics.median(found[DIRECT])
    for name in (DIRECT, OURS, OFFICIAL):
        if values := found.get(name):
            median = statistics.median(values)
            print(f"{name:18} median {median:7.2f} ms   {100 * (median / base - 1):+6.1f} %   n {len(values)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--official", metavar="PYTHON")
    arguments = parser.parse_args()
    exit_with(lambda: asyncio.run(main(arguments.rounds, arguments.official)))
