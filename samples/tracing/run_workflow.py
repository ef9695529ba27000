"""Starts the workflow, where the trace begins, and prints its result."""

import asyncio
import os

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.opentelemetry import OpenTelemetryPlugin

from samples.tracing.spans import set_up_tracing
from samples.tracing.workflow import TracingWorkflow


async def main() -> None:
    """Ask for the weather."""
    set_up_tracing()
    client = await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"), plugins=[OpenTelemetryPlugin(add_temporal_spans=True)]
    )
    result = await client.execute_workflow(
        TracingWorkflow.run,
        "What is the weather in Paris?",
        id="strands-tracing",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,  # a run that is under way goes on
        task_queue="strands-tracing",
    )
    print(f"Result: {result}")


if __name__ == "__main__":
    asyncio.run(main())
