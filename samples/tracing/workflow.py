"""An agent with a tool that is an activity."""

from datetime import timedelta

from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool


@activity.defn
async def fetch_weather(city: str) -> str:
    """Tell the weather in a city.

    Args:
        city: Name of the city.
    """
    return f"It is sunny in {city}."


@workflow.defn
class TracingWorkflow:
    """Answers one prompt; nothing in it is about tracing."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        """Answer the prompt."""
        weather = activity_as_tool(fetch_weather, start_to_close_timeout=timedelta(seconds=30))
        agent = TemporalAgent(model="sample", name="forecaster", tools=[weather], callback_handler=None)
        return str(await agent.invoke_async(prompt))
