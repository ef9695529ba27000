"""An agent with a tool that runs in the workflow and two that run as activities."""

from datetime import timedelta
from typing import Any

from strands import tool
from strands_tools.environment import environment
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool


@tool
def letter_counter(word: str, letter: str) -> int:
    """Count how often a letter occurs in a word.

    Args:
        word: The word.
        letter: The letter.
    """
    return word.lower().count(letter.lower())


@activity.defn
async def fetch_weather(city: str) -> dict[str, Any]:
    """Tell the weather in a city.

    Args:
        city: Name of the city.
    """
    return {"city": city, "temperature_f": 72, "conditions": "sunny"}  # in production, an HTTP call


@activity.defn
async def environment_activity(action: str, name: str) -> dict[str, Any]:
    """Read environment variables of the worker, by the tool of strands_tools.

    Args:
        action: What to do, like get.
        name: Name of the variable.
    """
    tool_input = {"action": action, "name": name}
    return dict(environment({"toolUseId": "environment", "name": "environment", "input": tool_input}))


@workflow.defn
class ToolsWorkflow:
    """Answers one prompt with the help of its tools."""

    def __init__(self) -> None:
        """Make the agent with its tools."""
        self.agent = TemporalAgent(
            model="sample",
            start_to_close_timeout=timedelta(seconds=60),
            tools=[
                letter_counter,
                activity_as_tool(fetch_weather, start_to_close_timeout=timedelta(seconds=30)),
                activity_as_tool(environment_activity, start_to_close_timeout=timedelta(seconds=30)),
            ],
        )

    @workflow.run
    async def run(self, prompt: str) -> str:
        """Answer the prompt."""
        result = await self.agent.invoke_async(prompt)
        return str(result)
