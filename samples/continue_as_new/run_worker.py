"""The worker: it runs the workflow and calls the model."""

import asyncio
import contextlib
import os

from temporalio.client import Client
from temporalio.worker import Worker

from samples.continue_as_new.workflow import ChatWorkflow
from samples.models import sample_models
from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest


def script(request: ScriptedRequest) -> str:
    """What the scripted model answers: it remembers all that it was told."""
    told = [block["text"] for each in request.messages if each["role"] == "user" for block in each["content"]]
    return f"You told me {len(told)} things; the first was: {told[0]}"


async def main() -> None:
    """Run until Ctrl+C."""
    plugin = StrandsPlugin(models=sample_models(script))
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"), plugins=[plugin])
    worker = Worker(client, task_queue="strands-continue-as-new", workflows=[ChatWorkflow])
    print("Worker started. Ctrl+C to exit.")
    await worker.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
