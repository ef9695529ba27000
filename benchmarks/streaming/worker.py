"""A worker process: `python -m benchmarks.streaming.worker VARIANT ADDRESS NAMESPACE QUEUE`; it ends with its stdin."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys

from temporalio.client import Client
from temporalio.worker import Worker

from .model import TellingModel


async def main(variant: str, address: str, namespace: str, queue: str) -> None:
    """Work until stdin ends."""
    module = importlib.import_module(f"benchmarks.streaming.{variant}")
    plugin = module.StrandsPlugin(models={"telling": TellingModel})
    client = await Client.connect(address, namespace=namespace, plugins=[plugin])
    async with Worker(client, task_queue=queue, workflows=[module.Tells]):
        await asyncio.to_thread(sys.stdin.read)
        os._exit(0)  # the driver is done or gone


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
