"""A worker process with an audited agent; run as `python -m tests.hooks.audited_worker ADDRESS QUEUE LOG CACHE`.

The model and the hooks' activity write a line to the log when they start. The activity is slow, so that there is time
to kill the process inside of it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel
from strands import tool
from strands.agent.agent_result import AgentResult
from strands.hooks import AfterInvocationEvent, AfterToolCallEvent, BeforeToolCallEvent
from temporalio import activity, workflow
from temporalio.common import RetryPolicy

from strands_temporal import StrandsPlugin, TemporalAgent
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import activity_as_hook

from ..work import work

RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=100), backoff_coefficient=1)


class Sum(BaseModel):
    total: int


def log(line: str) -> None:
    """Append a line in one write, so that lines of several processes never mix."""
    with Path(os.environ["AUDIT_LOG"]).open("a") as file:
        file.write(f"{line} by {os.getpid()}\n")


@activity.defn
async def audit(line: str) -> None:
    """Keep a record, slowly."""
    log(line)
    for _ in range(10):
        activity.heartbeat()
        await asyncio.sleep(0.02)


@tool
def add(first: int, second: int) -> int:
    """Add two numbers."""
    return first + second


@workflow.defn
class Audited:
    """Adds twice, with every step audited, and returns the result whole."""

    @workflow.run
    async def run(self) -> AgentResult:
        agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            tools=[add],
            structured_output_model=Sum,
            heartbeat_timeout=timedelta(seconds=3),
            retry_policy=RETRY,
        )
        noted: list[str] = []
        agent.add_hook(lambda event: noted.append(event.tool_use["name"]), BeforeToolCallEvent)
        ended: list[str] = []

        async def note(event: AfterToolCallEvent) -> None:
            await asyncio.sleep(0.001)
            ended.append(event.result["status"])

        agent.add_hook(note, AfterToolCallEvent)
        for kind in (BeforeToolCallEvent, AfterToolCallEvent, AfterInvocationEvent):
            agent.add_hook(
                activity_as_hook(
                    audit,
                    activity_input=lambda event: f"audit {type(event).__name__} {len(noted)}",
                    heartbeat_timeout=timedelta(seconds=3),
                    retry_policy=RETRY,
                ),
                kind,
            )
        result = await agent.invoke_async("1 + 2 + 3")
        result.state |= {"noted": noted, "ended": ended}
        return result


def script(request: ScriptedRequest) -> Step:
    log(f"model {request.turn}")
    if request.turn == 0:
        return ToolCall("add", {"first": 1, "second": 2})
    last = request.tool_result()
    return ToolCall("add", {"first": int(last), "second": 3}) if request.turn == 1 else ToolCall("Sum", {"total": last})


LINES = [
    "model 0",
    *("audit BeforeToolCallEvent 1", "audit AfterToolCallEvent 1"),
    "model 1",
    *("audit BeforeToolCallEvent 2", "audit AfterToolCallEvent 2"),
    "model 2",
    *("audit BeforeToolCallEvent 3", "audit AfterToolCallEvent 3"),
    "audit AfterInvocationEvent 3",
]
"""What an undisturbed run writes."""


async def main(address: str, task_queue: str, cache: str) -> None:
    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(script)})
    await work(address, task_queue, cache, plugin, workflows=[Audited], activities=[audit])


if __name__ == "__main__":
    _, _address, _task_queue, _log, _cache = sys.argv
    os.environ["AUDIT_LOG"] = _log
    from tests.hooks import audited_worker  # as the module that the client has too, where it finds Sum

    asyncio.run(audited_worker.main(_address, _task_queue, _cache))
