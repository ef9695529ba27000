"""A conversation with images that no server takes inline."""

from __future__ import annotations

from typing import Any

from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool

IMAGE_BYTES = 5 * 1024 * 1024


def image(first: int) -> Any:
    return {"image": {"format": "png", "source": {"bytes": bytes([first]) * IMAGE_BYTES}}}


@activity.defn
async def draw() -> Any:
    """Draw an image."""
    return {"status": "success", "content": [image(2)]}


@workflow.defn
class LooksAtImages:
    """Three turns: an image of the user's, one of a tool's, and a question about both."""

    @workflow.run
    async def run(self) -> str:
        agent = TemporalAgent("scripted", tools=[activity_as_tool(draw)], callback_handler=None)
        await agent.invoke_async([{"text": "Look."}, image(1)])
        await agent.invoke_async("Draw one.")
        return str(await agent.invoke_async("And now?")).strip()
