"""The worker: it runs the workflow and calls the model."""

import asyncio
import contextlib
import os

from temporalio.client import Client
from temporalio.worker import Worker

from samples.hello_world.workflow import HelloWorldWorkflow
from samples.models import sample_models
from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest


def script(request: ScriptedRequest) -> str:
    """What the scripted model answers, when SAMPLE_MODEL names no provider."""
    subject = request.text.rpartition("about ")[2].rstrip(".") or "nothing"
    return f"Of {subject}:\nprocesses may fall asleep,\nthe work remembers."


async def main() -> None:
    """Run until Ctrl+C."""
    plugin = StrandsPlugin(models=sample_models(script))
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"), plugins=[plugin])
    worker = Worker(client, task_queue="strands-hello-world", workflows=[HelloWorldWorkflow])
    print("Worker started. Ctrl+C to exit.")
    await worker.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
