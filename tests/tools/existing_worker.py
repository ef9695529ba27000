"""A worker process with existing tools; run as `python -m tests.tools.existing_worker ADDRESS QUEUE CACHE`."""

from __future__ import annotations

import asyncio
import sys

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..work import work
from . import existing
from .existing_workflows import SurvivesKill


def script(request: ScriptedRequest) -> Step:
    return request.tool_result() if request.turn else ToolCall("wait_for_gate")


async def main(address: str, task_queue: str, cache: str) -> None:
    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(script)}, tools=[existing.wait_for_gate])
    await work(address, task_queue, cache, plugin, workflows=[SurvivesKill])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
