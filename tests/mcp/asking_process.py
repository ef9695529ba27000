"""A worker process to be killed; run as `python -m tests.mcp.asking_process ADDRESS QUEUE PORT RECORD CACHE`.

PORT is a file with the port of a server that asks; it outlives the workers, for a process of its own takes them long.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ToolCall

from ..work import work
from .asking_workflows import Approved
from .clients import http

SCRIPT = [ToolCall("book", {"city": "Rome"}), "done"]


async def main(address: str, task_queue: str, port: str, record: str, cache: str) -> None:
    factory = http(int(Path(port).read_text()), headers={"x-tenant": "asking"})  # noqa: ASYNC240
    plugin = StrandsPlugin(
        models={"scripted": lambda: ScriptedModel(SCRIPT, record=Path(record))}, mcp_clients={"asking": factory}
    )
    await work(address, task_queue, cache, plugin, workflows=[Approved])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
