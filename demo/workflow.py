"""The workflow: an agent that audits a folder, with one tool in the workflow and four that are activities."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from strands import tool
from temporalio import workflow
from temporalio.common import RetryPolicy

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool

from .tools import AuditTools

ACTIVITY_TOOLS = (AuditTools.list_files, AuditTools.count_lines, AuditTools.read_outline, AuditTools.append_report)

# Short, so that the demo need not wait long until the server gives a killed worker's step to the next one.
LIMITS: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=30),
    "heartbeat_timeout": timedelta(seconds=2),
    "retry_policy": RetryPolicy(initial_interval=timedelta(milliseconds=100), backoff_coefficient=1.0),
}


@tool
def add_up(numbers: list[int]) -> int:
    """Add numbers up.

    Args:
        numbers: The numbers.
    """
    return sum(numbers)  # a plain sync tool: it runs in the workflow itself


@workflow.defn
class Audit:
    """Audits a folder and returns the agent's answer."""

    @workflow.run
    async def run(self, folder: str) -> str:
        """Let the agent do the whole job."""
        agent = TemporalAgent(
            "auditor",
            name="auditor",
            system_prompt="You audit source code. Use the tools; do not guess.",
            tools=[add_up, *(activity_as_tool(each, **LIMITS) for each in ACTIVITY_TOOLS)],
            callback_handler=None,
            **LIMITS,
        )
        return str(agent(f"Audit the folder {folder}")).strip()
