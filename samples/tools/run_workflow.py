"""Starts the workflow and prints its result."""

import asyncio
import os

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from samples.tools.workflow import ToolsWorkflow


async def main() -> None:
    """Ask what takes all three tools."""
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    result = await client.execute_workflow(
        ToolsWorkflow.run,
        "How many r's are in strawberry, what is the weather in San Francisco, and what is GREETING set to?",
        id="strands-tools",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,  # a run that is under way goes on
        task_queue="strands-tools",
    )
    print(f"Result: {result}")


if __name__ == "__main__":
    asyncio.run(main())
