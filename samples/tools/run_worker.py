"""The worker: it runs the workflow, the tools that are activities, and the model."""

import asyncio
import contextlib
import os

from temporalio.client import Client
from temporalio.worker import Worker

from samples.models import sample_models
from samples.tools.workflow import ToolsWorkflow, environment_activity, fetch_weather
from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest, Step, ToolCall


def script(request: ScriptedRequest) -> Step:
    """What the scripted model answers: it calls each tool once, then tells what they returned."""
    if not request.tool_results:
        return [
            "Let me look. ",
            ToolCall("letter_counter", {"word": "strawberry", "letter": "r"}),
            ToolCall("fetch_weather", {"city": "San Francisco"}),
            ToolCall("environment_activity", {"action": "get", "name": "GREETING"}),
        ]
    letters, weather, variable = (request.tool_result(index) for index in range(3))
    return f"The letters: {letters}. The weather: {weather}. The variable: {variable}"


async def main() -> None:
    """Run until Ctrl+C."""
    os.environ.setdefault("GREETING", "hello from the worker")
    plugin = StrandsPlugin(models=sample_models(script))
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"), plugins=[plugin])
    worker = Worker(
        client,
        task_queue="strands-tools",
        workflows=[ToolsWorkflow],
        activities=[fetch_weather, environment_activity],
    )
    print("Worker started. Ctrl+C to exit.")
    await worker.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
