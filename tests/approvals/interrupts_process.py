"""A worker process with agents that wait.

Run as `python -m tests.approvals.interrupts_process ADDRESS QUEUE ASKED CACHE`. What waits there: calls that hooks and
tools have interrupted, a call that Strands' intervention holds back, and a call of a real MCP server.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Worker

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..mcp.clients import stdio
from ..mcp.mcp_workflows import Approved
from .approvals_workflows import InterventionWorkflow, delete_file
from .interrupt_workflows import Driven, by_activity

KINDS = ["by_hook", "by_context", "by_raising", "by_mcp"]


def script(request: ScriptedRequest) -> Step:
    """Call what the agent has, in one message."""
    if request.turn:
        return "done"
    names = {spec["name"] for spec in request.tool_specs}
    if "echo" in names:
        return ToolCall("echo", {"text": "hi"})
    if "by_hook" in names:
        return [ToolCall(kind, {"path": "/h"}) for kind in KINDS]
    return ToolCall("delete_file", {"path": "/h"})


async def main(address: str, task_queue: str, asked: str, cache: str) -> None:
    plugin = StrandsPlugin(
        models={"scripted": lambda: ScriptedModel(script, record=Path(asked))}, mcp_clients={"echo": stdio("echo")}
    )
    worker = Worker(
        await Client.connect(address, plugins=[plugin]),
        task_queue=task_queue,
        workflows=[Driven, InterventionWorkflow, Approved],
        activities=[by_activity, delete_file],
        max_cached_workflows=int(cache),
        sticky_queue_schedule_to_start_timeout=timedelta(milliseconds=200),
    )
    async with worker:
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
