"""A chat that hands out its messages, and takes them, as they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from strands.types.content import Message, Messages
from temporalio import activity, workflow

from strands_temporal import TemporalAgent

IMAGE = b"\x89PNG\r\n\xff\xfe"


@dataclass
class ChatInput:
    """What one run hands over to the next."""

    messages: Messages = field(default_factory=list[Message])
    runs: int = 1


@activity.defn
async def count_images(given: ChatInput) -> int:
    """How many images there are."""
    blocks = [block for message in given.messages for block in message["content"]]
    return sum(block.get("image", {}).get("source", {}).get("bytes") == IMAGE for block in blocks)


@workflow.defn
class Pictures:
    """A chat in two runs."""

    @workflow.init
    def __init__(self, given: ChatInput) -> None:
        self.agent = TemporalAgent("scripted", messages=list(given.messages), callback_handler=None)
        self.goes_on = False

    @workflow.run
    async def run(self, given: ChatInput) -> Messages:
        """Chat; the conversation in the end."""
        await workflow.wait_condition(lambda: self.goes_on)
        await workflow.wait_condition(workflow.all_handlers_finished)
        if given.runs > 1:
            workflow.continue_as_new(ChatInput(self.agent.messages, given.runs - 1))
        return self.agent.messages

    @workflow.update
    async def say(self, messages: Messages) -> Message:
        """A turn; the answer."""
        return (await self.agent.invoke_async(messages)).message

    @workflow.update
    async def count(self) -> int:
        """Have an activity count the images."""
        given = ChatInput(self.agent.messages)
        return await workflow.execute_activity(count_images, given, start_to_close_timeout=timedelta(seconds=10))

    @workflow.query
    def messages(self) -> Messages:
        """The conversation so far."""
        return self.agent.messages

    @workflow.query
    def untyped(self) -> Any:
        """The same, with something else."""
        return {"messages": self.agent.messages, "at": workflow.now(), "ids": {1}}

    @workflow.signal
    def go_on(self) -> None:
        """Go on in another run, or end."""
        self.goes_on = True
