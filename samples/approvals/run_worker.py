"""The worker: it runs the workflow and the tool, and calls the model."""

import asyncio
import contextlib
import os

from temporalio.client import Client
from temporalio.worker import Worker

from samples.approvals.workflow import ApprovalsWorkflow, delete_file
from samples.models import sample_models
from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest, Step, ToolCall


def script(request: ScriptedRequest) -> Step:
    """What the scripted model answers: it wants two files deleted, then tells what came of it."""
    if not request.tool_results:
        return [ToolCall("delete_file", {"path": path}) for path in ("/tmp/old.log", "/etc/passwd")]
    results = [request.tool_result(index) for index in range(len(request.tool_results))]
    return f"This came of it: {'; '.join(sorted(results))}"


async def main() -> None:
    """Run until Ctrl+C."""
    plugin = StrandsPlugin(models=sample_models(script))
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"), plugins=[plugin])
    worker = Worker(
        client,
        task_queue="strands-approvals",
        workflows=[ApprovalsWorkflow],
        activities=[delete_file],
    )
    print("Worker started. Ctrl+C to exit.")
    await worker.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
