"""A worker process whose model corrects itself.

Run as `python -m tests.structured.corrected_process ADDRESS QUEUE LOG CACHE`. The model answers with what does not fit,
and is told so. Its second call hangs where it is the first to be made, so that one can kill the process there.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from pathlib import Path

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..work import work
from .output_workflows import ORDER, Corrected

WRONG = {**ORDER, "colour": "green"}


def script(request: ScriptedRequest) -> Step:
    """Fail the validation once; note each call."""
    path = Path(os.environ["CALLS"])
    told = "".join(part.get("text", "") for each in request.tool_results for part in each["content"])
    with path.open("a") as file:
        file.write(f"{request.turn} {'colour' in told}\n")
    if request.turn == 0:
        return ToolCall("Order", WRONG)
    if path.read_text().count("1 True") == 1:
        threading.Event().wait()
    return ToolCall("Order", ORDER)


async def main(address: str, task_queue: str, cache: str) -> None:
    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(script)})
    await work(address, task_queue, cache, plugin, workflows=[Corrected])


if __name__ == "__main__":
    _, _address, _task_queue, _log, _cache = sys.argv
    os.environ["CALLS"] = _log
    asyncio.run(main(_address, _task_queue, _cache))
