"""Starts the workflow and prints its result."""

import asyncio
import os

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from samples.mcp.workflow import MCPWorkflow


async def main() -> None:
    """Ask for what takes the server's tool."""
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    result = await client.execute_workflow(
        MCPWorkflow.run,
        "Durable agents remember.",
        id="strands-mcp",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,  # a run that is under way goes on
        task_queue="strands-mcp",
    )
    print(f"Result: {result}")


if __name__ == "__main__":
    asyncio.run(main())
