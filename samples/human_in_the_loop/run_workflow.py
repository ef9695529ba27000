"""Starts the workflow, answers what it asks, and prints its result."""

import asyncio
import os

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from samples.human_in_the_loop.workflow import HumanInTheLoopWorkflow


async def main() -> None:
    """Ask for something that needs an answer first."""
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    handle = await client.start_workflow(
        HumanInTheLoopWorkflow.run,
        "Delete /tmp/old.log.",
        id="strands-human-in-the-loop",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,  # a run that is under way goes on
        task_queue="strands-human-in-the-loop",
    )
    while (reason := await handle.query(HumanInTheLoopWorkflow.pending_approval)) is None:
        await asyncio.sleep(0.1)
    print(f"Asked: {reason}")
    await handle.signal(HumanInTheLoopWorkflow.approve, "approve")
    print(f"Result: {await handle.result()}")


if __name__ == "__main__":
    asyncio.run(main())
