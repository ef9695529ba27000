"""Starts the workflow and prints its result."""

import asyncio
import os

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from samples.hello_world.workflow import HelloWorldWorkflow


async def main() -> None:
    """Ask for a haiku."""
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    result = await client.execute_workflow(
        HelloWorldWorkflow.run,
        "Write a haiku about durable execution.",
        id="strands-hello-world",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,  # a run that is under way goes on
        task_queue="strands-hello-world",
    )
    print(f"Result: {result}")


if __name__ == "__main__":
    asyncio.run(main())
