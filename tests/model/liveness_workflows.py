"""An agent whose model calls are tried again soon."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from strands.hooks import BeforeModelCallEvent
from temporalio import workflow
from temporalio.common import RetryPolicy

from strands_temporal import TemporalAgent


@workflow.defn
class Asks:
    @workflow.run
    async def run(self, heartbeat: float | None = None, counts: bool = False) -> str:
        hooks: Any = [lambda event: event.projected_input_tokens] if counts else []
        agent = TemporalAgent(
            "model",
            name="asker",
            heartbeat_timeout=None if heartbeat is None else timedelta(seconds=heartbeat),
            retry_policy=RetryPolicy(initial_interval=timedelta(seconds=0.05)),
            callback_handler=None,
        )
        for hook in hooks:
            agent.hooks.add_callback(BeforeModelCallEvent, hook)
        return str(await agent.invoke_async("Hello")).strip()
