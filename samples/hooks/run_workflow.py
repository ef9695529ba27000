"""Starts the workflow, prints its result and what the hook in the workflow noted."""

import asyncio
import os

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from samples.hooks.workflow import HooksWorkflow


async def main() -> None:
    """Ask what takes a tool."""
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    handle = await client.start_workflow(
        HooksWorkflow.run,
        "How many r's are in strawberry, and how many in cherry?",
        id="strands-hooks",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,  # a run that is under way goes on
        task_queue="strands-hooks",
    )
    print(f"Result: {await handle.result()}")
    print(f"Noted in the workflow: {', '.join(await handle.query(HooksWorkflow.fired))}")


if __name__ == "__main__":
    asyncio.run(main())
