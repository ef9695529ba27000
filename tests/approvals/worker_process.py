"""A worker process to be killed; run as `python -m tests.approvals.worker_process ADDRESS QUEUE LOG RECORD CACHE`."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

from strands.interrupt import Interrupt, InterruptException
from temporalio import activity, workflow

from strands_temporal import StrandsPlugin, TemporalAgent
from strands_temporal.testing import ScriptedModel, ToolCall
from strands_temporal.workflow import Approvals, activity_as_tool
from tests.work import work


def log(line: str) -> list[str]:
    """Append a line in one write, and return all of them: a store that outlives the process."""
    path = Path(os.environ["RUN_LOG"])
    with path.open("a") as file:
        file.write(line + "\n")
    return path.read_text().splitlines()


@activity.defn
async def delete_file(path: str) -> str:
    """Delete a file."""
    log(f"delete {path}")
    await asyncio.sleep(0.3)
    return f"deleted {path}"


@activity.defn
async def asking_activity(path: str) -> str:
    """Ask when it has not been asked for this path."""
    if log(f"ask {path}").count(f"ask {path}") == 1:
        raise InterruptException(Interrupt(id=f"ask:{path}", name="ask", reason=f"{path}?"))
    return f"asked for {path}"


@workflow.defn
class KilledWorkflow:
    def __init__(self) -> None:
        self.approvals = Approvals("delete_file", deadline=timedelta(hours=1))
        soon = timedelta(seconds=2)
        self.agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            heartbeat_timeout=timedelta(seconds=3),
            tools=[
                activity_as_tool(delete_file, start_to_close_timeout=soon),
                activity_as_tool(asking_activity, start_to_close_timeout=soon),
            ],
            hooks=[self.approvals],
        )

    @workflow.run
    async def run(self) -> str:
        return str(await self.approvals.run(self.agent, "clean up")).strip()


SCRIPT = [
    [
        ToolCall("delete_file", {"path": "/a"}),
        ToolCall("delete_file", {"path": "/b"}),
        ToolCall("asking_activity", {"path": "/c"}),
    ],
    "done",
]


async def main(address: str, task_queue: str, record: str, cache: str) -> None:
    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(SCRIPT, record=Path(record))})
    await work(
        address,
        task_queue,
        cache,
        plugin,
        workflows=[KilledWorkflow],
        activities=[delete_file, asking_activity],
    )


if __name__ == "__main__":
    _, _address, _task_queue, _log, _record, _cache = sys.argv
    os.environ["RUN_LOG"] = _log
    asyncio.run(main(_address, _task_queue, _record, _cache))
