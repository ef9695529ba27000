"""Starts the workflow and prints the object that it returns."""

import asyncio
import os

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from samples.structured_output.workflow import StructuredOutputWorkflow
from strands_temporal import StrandsPlugin


async def main() -> None:
    """Ask for a person."""
    address = os.environ.get("TEMPORAL_ADDRESS", "localhost:7233")
    client = await Client.connect(address, plugins=[StrandsPlugin()])  # for its converter
    person = await client.execute_workflow(
        StructuredOutputWorkflow.run,
        "John Smith is a 30 year-old software engineer.",
        id="strands-structured-output",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,  # a run that is under way goes on
        task_queue="strands-structured-output",
    )
    print(f"Result: {person!r}")


if __name__ == "__main__":
    asyncio.run(main())
