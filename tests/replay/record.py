"""Records histories to replay for ever: `python -m tests.replay.record NAME`.

Run it when a new shape of payloads comes, under a new name; what is recorded already stays as it is.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from temporalio.client import Client

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, temporal_server

from ..env import Env
from .cases import CASES

HISTORIES = Path(__file__).parent / "histories"


async def record(client: Client, version: str, name: str) -> None:
    """Run one case and write its history."""
    case = CASES[name]
    env = Env(client, f"record-{name}")
    env.plugin = StrandsPlugin(models={case.model_name: lambda: ScriptedModel(case.script)})
    with ThreadPoolExecutor(2) as executor:
        async with env.worker(case.workflow, activities=case.activities, activity_executor=executor):
            workflow: Any = case.workflow
            handle = await env.start(workflow.run, *case.arguments, id=f"record-{name}")
            await env.result(handle)
    path = HISTORIES / version / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((await handle.fetch_history()).to_json())
    print(path)


async def main(version: str) -> None:
    """Record every case under the name of a version."""
    async with temporal_server() as server:
        client = await Client.connect(server.address)
        for name in CASES:
            await record(client, version, name)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
