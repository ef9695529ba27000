"""The worker: it runs the workflow with its tool and its hook, and calls the model."""

import asyncio
import contextlib
import os

from temporalio.client import Client
from temporalio.worker import Worker

from samples.human_in_the_loop.workflow import HumanInTheLoopWorkflow
from samples.models import sample_models
from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest, Step, ToolCall


def script(request: ScriptedRequest) -> Step:
    """What the scripted model answers: it calls the tool once, then tells what came of it."""
    if not request.tool_results:
        return ToolCall("delete_file", {"path": "/tmp/old.log"})
    return f"I asked, and this came of it: {request.tool_result()}"


async def main() -> None:
    """Run until Ctrl+C."""
    plugin = StrandsPlugin(models=sample_models(script))
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"), plugins=[plugin])
    worker = Worker(
        client,
        task_queue="strands-human-in-the-loop",
        workflows=[HumanInTheLoopWorkflow],
    )
    print("Worker started. Ctrl+C to exit.")
    await worker.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
