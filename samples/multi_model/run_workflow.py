"""Starts the workflow and prints its result."""

import asyncio
import os

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from samples.multi_model.workflow import MultiModelWorkflow


async def main() -> None:
    """Ask for an explanation."""
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    result = await client.execute_workflow(
        MultiModelWorkflow.run,
        "What is durable execution?",
        id="strands-multi-model",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,  # a run that is under way goes on
        task_queue="strands-multi-model",
    )
    print(f"Result: {result}")


if __name__ == "__main__":
    asyncio.run(main())
