"""Records the samples under the official plugin: `python -m tests.migration.record OFFICIAL_PYTHON`.

OFFICIAL_PYTHON is the interpreter of a virtual environment with `temporalio-strands-agents`. What is recorded already
stays as it is.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from temporalio.client import Client

from strands_temporal._testing.ending import exit_with
from strands_temporal.testing import temporal_server

from ..env import kept
from .in_flight import spoken, until
from .processes import worker_process
from .samples import OFFICIAL, SAMPLES, use

HISTORIES = Path(__file__).parent / "histories/page"
KILLED = Path(__file__).parent / "histories/killed/streaming.json"


async def main(python: str) -> None:
    """Record each sample that there is no history of yet."""
    async with temporal_server() as server:
        client = await Client.connect(server.address)
        for name, sample in SAMPLES.items():
            path = HISTORIES / f"{name}.json"
            if path.exists():
                continue
            queue = f"official-{name}"
            async with worker_process(python, OFFICIAL, name, "works", queue, server.address):
                handle = await client.start_workflow(sample.workflow, sample.argument, id=queue, task_queue=queue)
                answer = await use(sample, handle)
                assert answer == (sample.official or sample.answer), answer
            path.write_text(kept(await handle.fetch_history()))
            print(path)
        if not KILLED.exists():
            sample, queue = SAMPLES["streaming"], "official-killed"
            async with worker_process(python, OFFICIAL, "streaming", "interrupted", queue, server.address):
                handle = await client.start_workflow(sample.workflow, sample.argument, id=queue, task_queue=queue)
                await until(spoken, handle)
            KILLED.parent.mkdir(exist_ok=True)
            KILLED.write_text(kept(await handle.fetch_history()))
            await handle.terminate()
            print(KILLED)


if __name__ == "__main__":
    exit_with(lambda: asyncio.run(main(sys.argv[1])))
