"""The worker: it runs the workflow and calls the model."""

import asyncio
import contextlib
import os

from temporalio.client import Client
from temporalio.worker import Worker

from samples.models import sample_models
from samples.structured_output.workflow import StructuredOutputWorkflow
from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest, Step, ToolCall


def script(request: ScriptedRequest) -> Step:
    """What the scripted model answers: first what is not valid, then, told why, what is."""
    age = 30 if request.tool_results else "thirty"
    return ToolCall("PersonInfo", {"name": "John Smith", "age": age, "occupation": "software engineer"})


async def main() -> None:
    """Run until Ctrl+C."""
    plugin = StrandsPlugin(models=sample_models(script))
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"), plugins=[plugin])
    worker = Worker(client, task_queue="strands-structured-output", workflows=[StructuredOutputWorkflow])
    print("Worker started. Ctrl+C to exit.")
    await worker.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
