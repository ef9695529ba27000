"""A worker process with a chat and a turn; run as `python -m tests.long.chat_process ADDRESS QUEUE LOG CACHE`.

Each execution of a call writes a line to the log when it starts, and takes a while, for a kill to land inside one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from temporalio import activity

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel

from ..work import work
from . import long_workflows as wf

TURNS, CALLS = 6, 4


def log(line: dict[str, object]) -> None:
    """Append a line in one write, so that lines of several processes never mix."""
    with Path(os.environ["CALL_LOG"]).open("a") as file:
        file.write(json.dumps(line) + "\n")


async def take_a_while(**call: object) -> None:
    """What every call does: tells the log that it has started, and goes on for a while."""
    info = activity.info()
    which = {"run": info.workflow_run_id, "id": info.activity_id, "attempt": info.attempt}
    log({**which, **call, "pid": os.getpid()})
    for _ in range(4):
        activity.heartbeat()
        await asyncio.sleep(0.1)


@activity.defn
async def look(number: int) -> str:
    """Look at a thing.

    Args:
        number: Its number.
    """
    await take_a_while(number=number)
    return f"thing {number}"


if __name__ == "__main__":
    _, _address, _task_queue, _log, _cache = sys.argv
    os.environ["CALL_LOG"] = _log
    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(wf.looks(TURNS, CALLS))})
    asyncio.run(work(_address, _task_queue, _cache, plugin, workflows=[wf.Chat, wf.OneTurn], activities=[look]))
