"""A worker process with the chat that waits for approvals; run as `chat_process` is."""

from __future__ import annotations

import asyncio
import os
import sys

from temporalio import activity

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel

from ..work import work
from . import approved_workflows as wf
from .chat_process import look, take_a_while


@activity.defn
async def delete_file(path: str) -> str:
    """Delete a file.

    Args:
        path: The file.
    """
    await take_a_while(path=path)
    return f"deleted {path}"


if __name__ == "__main__":
    _, _address, _task_queue, _log, _cache = sys.argv
    os.environ["CALL_LOG"] = _log
    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(wf.cleans(1))})
    asyncio.run(
        work(_address, _task_queue, _cache, plugin, workflows=[wf.ApprovedChat], activities=[look, delete_file])
    )
