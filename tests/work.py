"""How a worker process of a test works until it is killed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker


async def work(address: str, task_queue: str, cache: str, *plugins: Any, **options: Any) -> None:
    """Print "ready" and work.

    Args:
        address: The server's.
        task_queue: The test's.
        cache: Number of workflows that the worker may keep.
        plugins: The client's.
        options: Further options of the worker.
    """
    worker = Worker(
        await Client.connect(address, plugins=plugins),
        task_queue=task_queue,
        max_cached_workflows=int(cache),
        # How long a killed worker is waited for, and what it has said of its progress is kept back.
        sticky_queue_schedule_to_start_timeout=timedelta(milliseconds=200),
        max_heartbeat_throttle_interval=timedelta(milliseconds=100),
        **options,
    )
    print("ready", flush=True)
    await worker.run()
