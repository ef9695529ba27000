"""An agent whose calls are protected in two ways, with everything that could make one run unasked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from strands import ToolContext, tool
from strands.hooks import AfterToolCallEvent, HookProvider, HookRegistry
from temporalio import activity, workflow
from temporalio.common import RetryPolicy

from strands_temporal import TemporalAgent
from strands_temporal.workflow import Approvals, activity_as_tool

RUNS: list[tuple[str, int]] = []
"""Each run of the protected activity: the key of its call, and the attempt."""


@activity.defn
async def guarded(key: str) -> str:
    """Do what needs approval; calls whose key says so fail at their first attempt."""
    RUNS.append((key, activity.info().attempt))
    if "flaky" in key and activity.info().attempt == 1:
        raise RuntimeError("a failure that passes")
    return f"did {key}"


@tool(context=True)
def asking(key: str, tool_context: ToolContext) -> str:
    """Ask, then do it."""
    tool_context.interrupt("approval", reason=key)
    return f"did {key}"


class RetryHook(HookProvider):
    """Lets some calls run a second time, as a hook may."""

    def __init__(self) -> None:
        self.retried: set[str] = set()

    def register_hooks(self, registry: HookRegistry, **kwargs: object) -> None:
        registry.add_callback(AfterToolCallEvent, self._retry)

    def _retry(self, event: AfterToolCallEvent) -> None:
        key: Any = event.tool_use["input"]["key"]
        if "again" in key and key not in self.retried:
            self.retried.add(key)
            event.retry = True


@workflow.defn
class RandomWorkflow:
    def __init__(self) -> None:
        self.approvals = Approvals("guarded")
        retry = RetryPolicy(initial_interval=timedelta(milliseconds=10), backoff_coefficient=1)
        self.agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            hooks=[RetryHook(), self.approvals],
            retry_policy=retry,
            heartbeat_timeout=timedelta(seconds=3),  # a call that a lost worker has taken is soon tried again
            tools=[asking, activity_as_tool(guarded, retry_policy=retry, start_to_close_timeout=timedelta(seconds=1))],
        )

    @workflow.run
    async def run(self, plan: str) -> str:
        return str(await self.approvals.run(self.agent, plan)).strip()
