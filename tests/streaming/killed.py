"""A worker process with a slow model; run as `python -m tests.streaming.killed ADDRESS QUEUE CACHE`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.contrib.workflow_streams import WorkflowStream

from strands_temporal import StrandsPlugin, TemporalAgent
from strands_temporal.testing import Reply, ScriptedModel, ScriptedRequest
from tests.work import work

CHUNKS, CHUNK = 40, 12
CHUNK_DELAY = 0.02


@workflow.defn
class Killed:
    """An agent that speaks for a while, twice."""

    def __init__(self) -> None:
        self.stream = WorkflowStream()
        self.agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            heartbeat_timeout=timedelta(seconds=3),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), backoff_coefficient=1),
            streaming_topic="events",
            streaming_batch_interval=timedelta(milliseconds=50),
            live_text=True,
        )

    @workflow.run
    async def run(self) -> list[str]:
        return [str(await self.agent.invoke_async(prompt)).rstrip("\n") for prompt in ("first", "second")]


def text_of(prompt: str) -> str:
    """What the model says: every chunk of it is another one."""
    return "".join(f"{prompt[:2]} {number:07d}. "[:CHUNK] for number in range(CHUNKS))


def script(request: ScriptedRequest) -> Reply:
    return Reply([text_of(request.text)], chunk_delay=CHUNK_DELAY)


async def main(address: str, task_queue: str, cache: str) -> None:
    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(script, chunk_size=CHUNK)})
    await work(address, task_queue, cache, plugin, workflows=[Killed])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
