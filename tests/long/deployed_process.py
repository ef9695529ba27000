"""A worker for chats that are deployed anew: `python -m tests.long.deployed_process ADDRESS QUEUE LOG CACHE`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from strands_temporal import StrandsPlugin
from strands_temporal._model.cache import RequestCache
from strands_temporal.testing import ScriptedModel, ScriptedRequest, ToolCall
from tests.work import work

from .deployed_workflows import Deployed


def plugin_of(log: Path) -> StrandsPlugin:
    """A plugin whose model counts by its tool, and writes down what it saw."""

    def script(request: ScriptedRequest) -> str | ToolCall:
        kind = request.invocation_state["kind"]
        seen = {"kind": kind, "prompt": request.system_prompt, "tools": request.tool_specs}
        with log.open("a") as file:
            file.write(json.dumps({**seen, "messages": request.messages}) + "\n")
        if not request.tool_results:
            spells = kind == "fewer" and any(spec["name"] == "spell" for spec in request.tool_specs)
            return ToolCall("spell" if spells else "count", {"word": request.text})
        said = f"saw {request.tool_result()}"
        return ToolCall("Answer", {"count": said}) if kind == "structured" else said

    return StrandsPlugin(models={"scripted": lambda: ScriptedModel(script)})


async def main(address: str, task_queue: str, log: str, cache: str) -> None:
    plugin = plugin_of(Path(log))
    if os.environ.get("REMEMBERS") == "no":
        plugin._cache = RequestCache(0)  # pyright: ignore[reportPrivateUsage]
    await work(address, task_queue, cache, plugin, workflows=[Deployed])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
