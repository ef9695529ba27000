"""A worker process with a six-step agent; run as `python -m tests.chaos.six_steps ADDRESS QUEUE LOG CACHE`.

Each execution of a step writes a line to the log when it starts. A step takes a little while, so that a kill at a
random moment most often lands inside one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from strands import tool
from temporalio import activity, workflow
from temporalio.common import RetryPolicy

from strands_temporal import StrandsPlugin, TemporalAgent
from strands_temporal.testing import Reply, ScriptedModel, ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import activity_as_tool
from tests.work import work

STEP_SECONDS = 0.1
RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=100), backoff_coefficient=1)


def log(step: str) -> None:
    """Append a line in one write, so that lines of several processes never mix."""
    info = activity.info()
    line = json.dumps(
        {
            "workflow": info.workflow_id,
            "id": info.activity_id,
            "attempt": info.attempt,
            "step": step,
            "pid": os.getpid(),
            "time": time.time(),
        }
    )
    with Path(os.environ["STEP_LOG"]).open("a") as file:
        file.write(line + "\n")


@activity.defn
async def double(number: int) -> int:
    """Double a number."""
    log(f"double {number}")
    for _ in range(5):
        activity.heartbeat()
        await asyncio.sleep(STEP_SECONDS / 5)
    return number * 2


@tool
def add_one(number: int) -> int:
    """Add one, in the workflow."""
    return number + 1


@workflow.defn
class SixSteps:
    @workflow.run
    async def run(self) -> str:
        agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            heartbeat_timeout=timedelta(seconds=3),
            retry_policy=RETRY,
            tools=[add_one, activity_as_tool(double, heartbeat_timeout=timedelta(seconds=3), retry_policy=RETRY)],
        )
        return str(await agent.invoke_async("start with 1")).strip()


def script(request: ScriptedRequest) -> Step:
    """Steps 1 to 5 are model, double, model with add_one, double, model; the answer is made of all results."""
    log(f"model {request.turn}")
    results = [
        part["text"]
        for message in request.messages
        for block in message["content"]
        if "toolResult" in block
        for part in block["toolResult"]["content"]
    ]
    last = int(results[-1]) if results else 1
    calls = {0: "double", 1: "add_one", 2: "double"}
    if request.turn in calls:
        return Reply([ToolCall(calls[request.turn], {"number": last})], delay=STEP_SECONDS)
    return Reply(["+".join(results)], delay=STEP_SECONDS)


ANSWER = "2+3+6"
STEPS = ["model 0", "double 1", "model 1", "model 2", "double 3", "model 3"]


async def main(address: str, task_queue: str, cache: str) -> None:
    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(script)})
    await work(address, task_queue, cache, plugin, workflows=[SixSteps], activities=[double])


if __name__ == "__main__":
    _, _address, _task_queue, _log, _cache = sys.argv
    os.environ["STEP_LOG"] = _log
    asyncio.run(main(_address, _task_queue, _cache))
