"""A workflow with activity hooks, as it ran under the official plugin: its history is among those of tests/migration.

The two imports from `strands_temporal` were from `temporalio.strands_agents` then, version 0.1.0; nothing else was
different.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel
from strands import tool
from strands.hooks import (
    AfterInvocationEvent,
    AfterModelCallEvent,
    AfterToolCallEvent,
    BeforeInvocationEvent,
    BeforeModelCallEvent,
    BeforeToolCallEvent,
    MessageAddedEvent,
)
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_hook


@activity.defn
async def persist(event_name: str) -> str:
    return event_name


@tool
async def count_letters(word: str) -> int:
    """Count the letters of a word."""
    return len(word)


class Count(BaseModel):
    number: int


@workflow.defn
class OfficialHooks:
    @workflow.run
    async def run(self, prompt: str) -> Count:
        agent = TemporalAgent(
            model="scripted",
            start_to_close_timeout=timedelta(seconds=30),
            tools=[count_letters],
            structured_output_model=Count,
            callback_handler=None,
        )
        for event_type in (
            BeforeInvocationEvent,
            BeforeModelCallEvent,
            AfterModelCallEvent,
            BeforeToolCallEvent,
            AfterToolCallEvent,
            MessageAddedEvent,
            AfterInvocationEvent,
        ):
            agent.add_hook(
                activity_as_hook(
                    persist,
                    activity_input=lambda event: type(event).__name__,
                    start_to_close_timeout=timedelta(seconds=10),
                ),
                event_type,
            )
        output = (await agent.invoke_async(prompt)).structured_output
        assert isinstance(output, Count)
        return output
