"""Starts the workflow, answers what the activity asks, and prints its result."""

import asyncio
import os

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from samples.activity_interrupt.workflow import ActivityInterruptWorkflow


async def main() -> None:
    """Ask for something that needs an answer first."""
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    handle = await client.start_workflow(
        ActivityInterruptWorkflow.run,
        "Delete the orders.",
        id="strands-activity-interrupt",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,  # a run that is under way goes on
        task_queue="strands-activity-interrupt",
    )
    while (reason := await handle.query(ActivityInterruptWorkflow.pending_approval)) is None:
        await asyncio.sleep(0.1)
    print(f"Asked: {reason}")
    await handle.signal(ActivityInterruptWorkflow.approve, "approve")
    print(f"Result: {await handle.result()}")


if __name__ == "__main__":
    asyncio.run(main())
