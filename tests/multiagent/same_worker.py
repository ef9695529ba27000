"""A worker of these agents, to be killed: `python -m tests.multiagent.same_worker ADDRESS QUEUE GATE LOG CACHE`."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from strands_temporal.testing import ScriptedRequest

from ..work import work
from .same_workflows import Same
from .test_graph import told
from .test_same import models, plugin


async def main(address: str, task_queue: str, gate: str, log: str, cache: str) -> None:
    """Work; at the call that STOPS_AT names, stop until the gate is there."""

    def before(model: str, request: ScriptedRequest) -> None:
        call = f"{model} {told(request).splitlines()[0]} {request.turn}"
        with Path(log).open("a") as file:
            file.write(f"{call}\n")
        if call.startswith(os.environ["STOPS_AT"]) and not Path(gate).exists():
            Path(gate).with_suffix(".reached").touch()
            while not Path(gate).exists():  # until the process is killed
                time.sleep(0.02)

    await work(address, task_queue, cache, plugin(models(before)), workflows=[Same])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
