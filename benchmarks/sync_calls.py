"""What the sync bridge costs, with it and without it in one run: `python -m benchmarks.sync_calls`."""

from __future__ import annotations

import asyncio
import statistics
import time
import uuid
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.sync_workflows import Steps, Turns
from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall, temporal_server

ROUNDS = 5
STEPS = 2000
TURNS = 20


def script(request: ScriptedRequest) -> Step:
    """A tool call, then its result as text."""
    return request.tool_result() if request.tool_results else ToolCall("count", {"word": "hello"})


async def measure(client: Client, sync_calls: bool, workflow: Any, number: int) -> float:
    """One run of the workflow on a worker of its own: the time of a step, or the worker's CPU time of a turn."""
    queue = str(uuid.uuid4())
    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(script)}, sync_calls=sync_calls)
    async with Worker(client, task_queue=queue, workflows=[workflow], plugins=[plugin]):
        start = time.process_time()
        step: float | None = await client.execute_workflow(workflow.run, number, id=queue, task_queue=queue)
        return (time.process_time() - start) / number if step is None else step


async def main() -> None:
    """Alternate between with and without, and print medians."""
    async with temporal_server() as server:
        client = await Client.connect(server.address)
        for name, workflow, number, scale, unit in (
            ("a step of a task", Steps, STEPS, 1e6, "us"),
            ("CPU of a turn with a tool call", Turns, TURNS, 1e3, "ms"),
        ):
            samples: dict[bool, list[float]] = {True: [], False: []}
            for _ in range(ROUNDS):
                for sync_calls in samples:
                    samples[sync_calls].append(await measure(client, sync_calls, workflow, number) * scale)
            on, off = statistics.median(samples[True]), statistics.median(samples[False])
            print(f"{name}: {on:.1f} {unit} with sync calls, {off:.1f} {unit} without, ratio {on / off:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
