"""A workflow that imports when it runs, and a worker for it: `python -m tests.plugin.late_imports ADDRESS QUEUE CACHE`.

In a process of its own, where nothing has imported these packages before.
"""

from __future__ import annotations

import asyncio
import sys

from temporalio import workflow

from strands_temporal import StrandsPlugin, TemporalAgent
from strands_temporal.testing import ScriptedModel
from tests.work import work


@workflow.defn
class ImportsLate:
    """An agent whose tool is imported in the run method."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        from strands.vended_tools import notebook, subagent

        agent = TemporalAgent("scripted", tools=[notebook, subagent], callback_handler=None)
        said = str(await agent.invoke_async(prompt)).strip()
        # What it keeps is the run's, as of tools that were imported before.
        return f"{said}, {type(subagent._pending).__module__}"  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


async def main(address: str, task_queue: str, cache: str) -> None:
    assert "strands.vended_tools" not in sys.modules and "mcp" not in sys.modules
    plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(lambda request: request.tool_specs[0]["name"])})
    await work(address, task_queue, cache, plugin, workflows=[ImportsLate])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
