"""Answers one of two activities that ask, then the rest; as 0.2.0 did it, both ran when one was answered."""

from __future__ import annotations

from typing import Any

from strands.interrupt import Interrupt, InterruptException
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool

ASKED: set[str] = set()


@activity.defn
async def asks_once(path: str) -> str:
    """Ask at the first run for a path."""
    key = f"{activity.info().workflow_run_id} {path}"
    if key not in ASKED:
        ASKED.add(key)
        raise InterruptException(Interrupt(id=path, name="approval", reason=path))
    return f"deleted {path}"


@workflow.defn
class PartialAnswers:
    @workflow.run
    async def run(self, prompt: str) -> list[Any]:
        agent = TemporalAgent("scripted", callback_handler=None, tools=[activity_as_tool(asks_once)])
        result = await agent.invoke_async(prompt)
        stops: list[Any] = []
        while result.stop_reason == "interrupt":
            ids = sorted(each.id for each in result.interrupts or ())
            stops.append(ids)
            result = await agent.invoke_async([{"interruptResponse": {"interruptId": ids[0], "response": "yes"}}])
        return stops
