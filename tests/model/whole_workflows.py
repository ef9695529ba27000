"""Long conversations whose model's calls run on workers of a task queue of their own."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Any

from strands.agent.conversation_manager import NullConversationManager
from temporalio import workflow
from temporalio.contrib.workflow_streams import WorkflowStream

from strands_temporal import TemporalAgent


def prompt(turn: int, agent_name: str, size: int) -> str:
    """A prompt of so many characters, about; up to 200,000 they can be compressed well, and hardly beyond."""
    noise = (sha256(f"{turn} {agent_name} {number}".encode()).hexdigest() for number in range(size // 512))
    return f"{turn} of {agent_name} {8 * ''.join(noise)}"


@workflow.defn
class LongChats:
    """Some agents that take their turns at the same time, until they are told to end."""

    @workflow.init
    def __init__(self, models: str, agents: int, options: dict[str, Any]) -> None:
        self.stream = WorkflowStream()
        self.turns = 0
        self.ended = self.begins_again = False
        self.agents = [
            TemporalAgent(
                "scripted",
                name=f"agent-{number}",
                system_prompt=f"You are number {number}.",
                task_queue=models,
                conversation_manager=NullConversationManager(),
                callback_handler=None,
                **options,
            )
            for number in range(agents)
        ]

    @workflow.run
    async def run(self, models: str, agents: int, options: dict[str, Any]) -> list[int]:
        """Return how many messages each agent has in the end."""
        await workflow.wait_condition(lambda: self.ended or self.begins_again)
        self.stream.detach_pollers()
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self.begins_again:
            workflow.continue_as_new(args=[models, agents, options])
        return [len(agent.messages) for agent in self.agents]

    @workflow.update
    async def turn(self, size: int) -> list[str]:
        """A turn of each agent, with a prompt of so many characters."""
        self.turns += 1
        calls = [agent.invoke_async(prompt(self.turns, agent.name, size)) for agent in self.agents]
        return [str(each).strip() for each in await asyncio.gather(*calls)]

    @workflow.signal
    def begin_again(self) -> None:
        """Go on with a new run."""
        self.begins_again = True

    @workflow.signal
    def end(self) -> None:
        """End the chats."""
        self.ended = True
