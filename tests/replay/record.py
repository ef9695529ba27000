"""Records histories to replay for ever: `python -m tests.replay.record VERSION`.

Run it when a new shape of payloads comes, under a new version, and for new cases; what is recorded already stays as it
is.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

from temporalio.client import Client

from strands_temporal import StrandsPlugin
from strands_temporal._model import whole_requests
from strands_temporal._model.cache import RequestCache
from strands_temporal.testing import ScriptedModel, temporal_server

from ..endpoints import create_endpoint
from ..env import Env, kept
from .cases import CASES, NEXUS_ENDPOINT

HISTORIES = Path(__file__).parent / "histories"


async def record(client: Client, version: str, name: str) -> None:
    """Run one case and write its history."""
    case = CASES[name]
    if case.asks_for_all:  # the client's plugin would remember
        client = await Client.connect(client.service_client.config.target_host)
    env = Env(client, f"record-{name}")
    models: Any = {case.model_name: lambda: ScriptedModel(case.script)}
    env.plugin = StrandsPlugin(**{"models": models, **case.plugin_options})
    if case.asks_for_all:
        env.plugin._cache = RequestCache(0)  # pyright: ignore[reportPrivateUsage]
    may_ask_from = 2000 if case.asks_for_all else whole_requests.READ_BYTES
    if case.nexus_handlers:
        await create_endpoint(client, NEXUS_ENDPOINT, env.task_queue)
    with ThreadPoolExecutor(2) as executor, patch.object(whole_requests, "READ_BYTES", may_ask_from):
        async with env.worker(
            case.workflow,
            *case.others,
            activities=case.activities,
            activity_executor=executor,
            nexus_service_handlers=case.nexus_handlers,
        ):
            workflow: Any = case.workflow
            handle = await env.start(workflow.run, *case.arguments, id=f"record-{name}")
            if case.drive is not None:
                await case.drive(handle)
            await env.result(handle)
    path = HISTORIES / version / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(kept(await handle.fetch_history()))
    print(path)


async def main(version: str) -> None:
    """Record every case that there is no history of yet, under the name of a version."""
    async with temporal_server() as server:
        client = await Client.connect(server.address, plugins=[StrandsPlugin()])
        for name in CASES:
            if not (HISTORIES / version / f"{name}.json").exists():
                await record(client, version, name)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
