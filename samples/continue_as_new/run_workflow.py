"""Starts the chat, tells it some things, and ends it."""

import asyncio
import os

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from samples.continue_as_new.workflow import ChatInput, ChatWorkflow

PROMPTS = ["My name is Ada.", "I live in London.", "I like numbers.", "I have a machine.", "What do you know of me?"]


async def main() -> None:
    """Chat; a run that ends is told of."""
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    handle = await client.start_workflow(
        ChatWorkflow.run,
        ChatInput(),
        id="strands-continue-as-new",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,  # a chat that is under way goes on
        task_queue="strands-continue-as-new",
    )
    run_id = (await handle.describe()).run_id
    for prompt in PROMPTS:
        print(f"You: {prompt}")
        print(f"Agent: {await handle.execute_update(ChatWorkflow.turn, prompt)}")
        if (now := (await handle.describe()).run_id) != run_id:
            print("(The chat has continued as new.)")
            run_id = now
    await handle.signal(ChatWorkflow.end_chat)
    await handle.result()
    print("Result: the chat has ended.")


if __name__ == "__main__":
    asyncio.run(main())
