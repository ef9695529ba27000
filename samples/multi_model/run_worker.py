"""The worker: it runs the workflow and calls both models."""

import asyncio
import contextlib
import os

from temporalio.client import Client
from temporalio.worker import Worker

from samples.models import sample_models
from samples.multi_model.workflow import MultiModelWorkflow
from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest


def write(request: ScriptedRequest) -> str:
    """What the scripted model in the place of `claude` answers."""
    return "Work goes on where it stopped. A crash costs the step it hit. Nothing that was done is done again."


def shorten(request: ScriptedRequest) -> str:
    """What the scripted model in the place of `bedrock` answers: the first sentence of what it is given."""
    return request.text.partition(": ")[2].partition(". ")[0] + "."


MODELS = {"claude": sample_models(write)["sample"], "bedrock": sample_models(shorten)["sample"]}
"""With both providers: {"claude": lambda: AnthropicModel(model_id=...), "bedrock": lambda: BedrockModel()}."""


async def main() -> None:
    """Run until Ctrl+C."""
    plugin = StrandsPlugin(models=MODELS)
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"), plugins=[plugin])
    worker = Worker(client, task_queue="strands-multi-model", workflows=[MultiModelWorkflow])
    print("Worker started. Ctrl+C to exit.")
    await worker.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
