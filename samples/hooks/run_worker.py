"""The worker: it runs the workflow, the activity of the hook, and the model."""

import asyncio
import contextlib
import logging
import os

from temporalio.client import Client
from temporalio.worker import Worker

from samples.hooks.workflow import HooksWorkflow, persist_tool_call
from samples.models import sample_models
from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest, Step, ToolCall


def script(request: ScriptedRequest) -> Step:
    """What the scripted model answers: it calls the tool once for each fruit, then tells what it returned."""
    if not request.tool_results:
        return [ToolCall("letter_counter", {"word": word, "letter": "r"}) for word in ("strawberry", "cherry")]
    return f"There are {request.tool_result(0)} and {request.tool_result(1)}."


async def main() -> None:
    """Run until Ctrl+C."""
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("temporalio.activity").setLevel(logging.INFO)  # to see what the activity writes
    plugin = StrandsPlugin(models=sample_models(script))
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"), plugins=[plugin])
    worker = Worker(
        client,
        task_queue="strands-hooks",
        workflows=[HooksWorkflow],
        activities=[persist_tool_call],
    )
    print("Worker started. Ctrl+C to exit.")
    await worker.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
