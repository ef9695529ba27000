"""The worker: its spans go to the console."""

import asyncio
import contextlib
import os

from temporalio.client import Client
from temporalio.contrib.opentelemetry import OpenTelemetryPlugin
from temporalio.worker import Worker

from samples.models import sample_models
from samples.tracing.spans import set_up_tracing
from samples.tracing.workflow import TracingWorkflow, fetch_weather
from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest, Step, ToolCall


def script(request: ScriptedRequest) -> Step:
    """What the scripted model answers: it asks for the weather, then tells it."""
    return request.tool_result() if request.tool_results else ToolCall("fetch_weather", {"city": "Paris"})


async def main() -> None:
    """Run until Ctrl+C."""
    set_up_tracing()
    client = await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"),
        plugins=[OpenTelemetryPlugin(add_temporal_spans=True)],  # with spans of Temporal's own, like RunWorkflow
    )
    worker = Worker(
        client,
        task_queue="strands-tracing",
        workflows=[TracingWorkflow],
        activities=[fetch_weather],
        plugins=[StrandsPlugin(models=sample_models(script))],
    )
    print("Worker started. Ctrl+C to exit.")
    await worker.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
