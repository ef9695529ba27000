"""A conversation that nobody may read."""

from __future__ import annotations

from strands import Agent, tool
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool


@activity.defn
async def look_up(name: str) -> str:
    """Look somebody up, plaintext-description."""
    return f"plaintext-result of {name}"


@tool
def remember(fact: str) -> str:
    """Remember something."""
    return f"plaintext-memory of {fact}"


@workflow.defn
class Whispers:
    """Three turns, the second with tools."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        agent: Agent = TemporalAgent(
            "scripted",
            name="plaintext-agent",
            system_prompt="plaintext-system-prompt",
            tools=[activity_as_tool(look_up), remember],
            callback_handler=None,
        )
        for each in (prompt, "plaintext-second"):
            await agent.invoke_async(each, invocation_state={"user": "plaintext-user"})
        return str(await agent.invoke_async("plaintext-third")).strip()
