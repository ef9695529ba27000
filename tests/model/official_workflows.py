"""Calls a model as the official plugin does, and reads what it gets as that plugin does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from strands import tool
from strands.event_loop.streaming import process_stream
from strands.types.streaming import StreamEvent
from temporalio import workflow

from strands_temporal import TemporalAgent

NOTHING = {"invocation_state": {}, "tool_specs": None, "system_prompt": None, "tool_choice": None}


@workflow.defn
class AsOfficial:
    """Two model calls; the second with what the first one said."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        messages: list[Any] = [{"role": "user", "content": [{"text": prompt}]}]
        for _ in range(2):
            messages.append(await self.call(messages))
            messages.append({"role": "user", "content": [{"text": "go on"}]})
        return messages[-2]["content"][-1]["text"]

    async def call(self, messages: list[Any]) -> Any:
        """The message of a reply."""
        request = {"model_name": "scripted", "messages": messages, "system_prompt_content": None, **NOTHING}
        events = await workflow.execute_activity(
            "invoke_model", request, result_type=list[StreamEvent], start_to_close_timeout=timedelta(seconds=30)
        )

        async def chunks() -> AsyncIterator[StreamEvent]:
            for event in events:
                yield event

        stop: Any = None
        async for event in process_stream(chunks()):
            stop = event.get("stop", stop)
        return stop[1]


@tool
async def look_up(word: str) -> str:
    """Look up."""
    return f"found {word}"


@workflow.defn(name="ToolsWorkflow")
class Continued:
    """A workflow of the official plugin's page, whose first model call that plugin has scheduled."""

    def __init__(self) -> None:
        self.agent = TemporalAgent(start_to_close_timeout=timedelta(seconds=60), tools=[look_up], callback_handler=None)

    @workflow.run
    async def run(self, prompt: str) -> str:
        return str(await self.agent.invoke_async(prompt)).strip()
