"""Starts the workflow, answers each of its questions, and prints its result."""

import asyncio
import os

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from samples.approvals.workflow import ApprovalsWorkflow
from strands_temporal.workflow import PendingApproval


async def main() -> None:
    """Ask for something that needs an answer first."""
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    handle = await client.start_workflow(
        ApprovalsWorkflow.run,
        "Delete what is not needed.",
        id="strands-approvals",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,  # a run that is under way goes on
        task_queue="strands-approvals",
    )
    while not (pending := await handle.query("pending_approvals", result_type=list[PendingApproval])):
        await asyncio.sleep(0.1)
    for each in pending:
        answer = each.approve() if each.tool_input["path"].startswith("/tmp/") else each.deny("only below /tmp")
        print(f"Asked: {each.tool_name} {each.tool_input}; answered: {'yes' if answer.approve else 'no'}")
        await handle.execute_update("respond", answer)
    print(f"Result: {await handle.result()}")


if __name__ == "__main__":
    asyncio.run(main())
