"""A worker process of the graph, to be killed."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from temporalio import activity

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel

from ..work import work
from .graph_workflows import Diamond
from .test_graph import answers


async def main(address: str, task_queue: str, log: str, cache: str) -> None:
    """Work until the process is killed."""

    def note(word: str) -> None:
        with Path(log).open("a") as file:
            file.write(f"{word} by {os.getpid()}\n")

    @activity.defn
    async def look_up(word: str) -> str:
        note(word)
        if activity.info().attempt == 1:
            while True:  # until the process is killed
                activity.heartbeat()
                await asyncio.sleep(0.2)
        return f"{word} is found"

    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(answers)})
    await work(address, task_queue, cache, plugin, workflows=[Diamond], activities=[look_up])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
