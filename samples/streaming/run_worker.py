"""The worker: it runs the workflow and calls the model."""

import asyncio
import contextlib
import os

from temporalio.client import Client
from temporalio.worker import Worker

from samples.models import sample_models
from samples.streaming.workflow import StreamingWorkflow
from strands_temporal import StrandsPlugin
from strands_temporal.testing import Reply, ScriptedRequest

NUMBERS = ("One", "Two", "Three", "Four", "Five")


def script(request: ScriptedRequest) -> Reply:
    """What the scripted model answers, when SAMPLE_MODEL names no provider: as slow as a provider's model."""
    return Reply([" ".join(f"{number} is a number." for number in NUMBERS)], chunk_delay=0.1)


async def main() -> None:
    """Run until Ctrl+C."""
    plugin = StrandsPlugin(models=sample_models(script))
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"), plugins=[plugin])
    worker = Worker(client, task_queue="strands-streaming", workflows=[StreamingWorkflow])
    print("Worker started. Ctrl+C to exit.")
    await worker.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
