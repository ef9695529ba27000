"""The variant "official": the plugin temporalio-strands-agents, in an interpreter of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.contrib.workflow_streams import WorkflowStream

with workflow.unsafe.imports_passed_through():
    from temporalio.strands_agents import StrandsPlugin, TemporalAgent  # pyright: ignore[reportMissingImports]


@workflow.defn
class Tells:
    """The workflow of every case."""

    @workflow.init
    def __init__(self, options: dict[str, Any]) -> None:
        self.stream = WorkflowStream()
        timeout = timedelta(seconds=60)
        self.agent = TemporalAgent(model="telling", start_to_close_timeout=timeout, callback_handler=None, **options)

    @workflow.run
    async def run(self, options: dict[str, Any]) -> int:
        """The length of the reply, whose text is then in the history only once."""
        return len(str(await self.agent.invoke_async("tell")))


__all__ = ["StrandsPlugin", "Tells"]
