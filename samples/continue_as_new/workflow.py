"""A chat whose turns come as updates, and which continues as new when the server suggests it."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from strands.types.content import Messages
from temporalio import workflow

from strands_temporal import TemporalAgent


@dataclass
class ChatInput:
    """What one run hands over to the next."""

    messages: Messages = field(default_factory=list)


@workflow.defn
class ChatWorkflow:
    """One agent, asked turn by turn."""

    def __init__(self) -> None:
        """Nothing is asked yet."""
        self._done = False
        self._lock = asyncio.Lock()
        self._agent: TemporalAgent | None = None

    @workflow.update
    async def turn(self, prompt: str) -> str:
        """Answer a prompt."""
        await workflow.wait_condition(lambda: self._agent is not None)
        async with self._lock:
            assert self._agent is not None
            result = await self._agent.invoke_async(prompt)
            return str(result).strip()

    @workflow.signal
    def end_chat(self) -> None:
        """End the chat."""
        self._done = True

    @workflow.query
    def messages(self) -> Messages:
        """The conversation so far."""
        return list(self._agent.messages) if self._agent else []

    @workflow.run
    async def run(self, input: ChatInput) -> None:
        """Chat until the chat ends, or go on in a new run."""
        self._agent = TemporalAgent(
            model="sample",
            start_to_close_timeout=timedelta(seconds=60),
            messages=list(input.messages),
        )

        await workflow.wait_condition(lambda: self._done or workflow.info().is_continue_as_new_suggested())

        await workflow.wait_condition(workflow.all_handlers_finished)

        if not self._done:
            workflow.continue_as_new(ChatInput(messages=self._agent.messages))
