"""A worker process with a sandbox; run as `python -m tests.sandbox.killed_worker ADDRESS QUEUE FOLDER CACHE`.

The agent's commands tell of themselves in FOLDER, and the slow one waits there for the file `go`, so that there is time
to kill the process inside of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from strands.vended_tools import file_editor, shell
from temporalio import workflow
from temporalio.common import RetryPolicy

from strands_temporal import StrandsPlugin, TemporalAgent, TemporalSandbox
from strands_temporal.testing import Script, ScriptedModel, ScriptedRequest, Step, ToolCall

from ..work import work
from .local import FolderSandbox


@workflow.defn
class Builds:
    """An agent that writes a file, runs a slow command, and reads what has come of it."""

    @workflow.run
    async def run(self, prompt: str, may_repeat: bool) -> str:
        policy = RetryPolicy(initial_interval=timedelta(milliseconds=100), backoff_coefficient=1)
        options: dict[str, Any] = {"retry_policy": policy} if may_repeat else {}
        sandbox = TemporalSandbox("box", heartbeat_timeout=timedelta(seconds=3), **options)
        agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            tools=[shell, file_editor],
            sandbox=sandbox,
            heartbeat_timeout=timedelta(seconds=3),
            retry_policy=policy,
        )
        return str(await agent.invoke_async(prompt)).strip()


def script(folder: Path) -> Script:
    """What the model does: where its command may have run, it looks, and does not run it again."""
    source = f"{folder}/source"
    slow = f"echo ran >> {folder}/ran; while [ ! -e {folder}/go ]; do sleep 0.02; done; tr a-z A-Z < {source}"

    def answer(request: ScriptedRequest) -> Step:
        if request.turn == 0:
            return ToolCall("file_editor", {"command": "create", "path": source, "file_text": "made of words\n"})
        if request.turn == 1:
            return ToolCall("shell", {"command": f"{slow} > {folder}/out"})
        if request.turn == 2:
            lost = "It may have run" in request.tool_result()
            wait = f"while [ ! -e {folder}/out ]; do sleep 0.02; done; " if lost else ""
            return ToolCall("shell", {"command": f"{wait}cat {folder}/out"})
        return json.loads(request.tool_result())["output"].strip()

    return answer


async def main(address: str, task_queue: str, folder: Path, cache: str) -> None:
    """Work until killed."""
    model = ScriptedModel(script(folder), record=folder / "requests")
    plugin = StrandsPlugin(models={"scripted": lambda: model}, sandboxes={"box": lambda context: FolderSandbox(folder)})
    await work(address, task_queue, cache, plugin, workflows=[Builds])


if __name__ == "__main__":
    _, _address, _task_queue, _folder, _cache = sys.argv
    from tests.sandbox import killed_worker  # the workflow sandbox loads it by its name, too

    asyncio.run(killed_worker.main(_address, _task_queue, Path(_folder), _cache))
