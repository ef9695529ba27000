"""A worker with agents in child workflows: `python -m tests.multiagent.child_worker ADDRESS QUEUE GATE CACHE`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from strands_temporal import StrandsPlugin
from strands_temporal.testing import Reply, ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import texts
from ..work import work
from . import child_workflows as wf


def asking(request: ScriptedRequest) -> Step:
    """The helper deletes what its prompt names, and says what came of it."""
    if request.system_prompt == "helper" and request.turn == 0:
        paths = request.text.split("delete ")[1:] or ["/graph"]
        return [ToolCall("delete", {"path": path.strip()}) for path in paths]
    if request.system_prompt == "last":
        return "last"
    return " | ".join(texts(request.tool_results))


async def main(address: str, task_queue: str, gate: str, cache: str) -> None:
    def script(request: ScriptedRequest) -> Step:
        return asking(request) if Path(gate).exists() else Reply(["never"], delay=600)

    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(script)})
    workflows = [wf.InGraph, wf.Helper]
    await work(address, task_queue, cache, plugin, workflows=workflows)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
