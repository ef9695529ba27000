"""A worker process that is killed; run as `python -m tests.mcp.worker_process ADDRESS QUEUE LOG RECORD CACHE`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Worker

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ToolCall

from . import mcp_workflows as wf
from .clients import stdio

SCRIPT = [ToolCall("work_once", {"text": "a"}), "done"]


async def main(address: str, task_queue: str, log: str, record: str, cache: str) -> None:
    plugin = StrandsPlugin(
        models={"scripted": lambda: ScriptedModel(SCRIPT, record=Path(record))},
        mcp_clients={"fragile": stdio("fragile", env={"LOG": log})},
    )
    worker = Worker(
        await Client.connect(address),
        task_queue=task_queue,
        workflows=[wf.UsesServer],
        plugins=[plugin],
        max_cached_workflows=int(cache),
        sticky_queue_schedule_to_start_timeout=timedelta(milliseconds=200),
        max_heartbeat_throttle_interval=timedelta(milliseconds=100),
    )
    running = asyncio.create_task(worker.run())
    while not worker.is_running:
        assert not running.done(), running.exception()
        await asyncio.sleep(0.01)
    print("ready", flush=True)
    await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
