"""An agent whose calls of one tool wait for a human, for a day at most."""

from datetime import timedelta

from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import Approvals, activity_as_tool


@activity.defn
async def delete_file(path: str) -> str:
    """Delete a file.

    Args:
        path: Path of the file.
    """
    return f"deleted {path}"  # in production, it would


@workflow.defn
class ApprovalsWorkflow:
    """Answers one prompt; the query `pending_approvals` and the update `respond` come with `Approvals`."""

    def __init__(self) -> None:
        """Make the agent, and what its calls wait for."""
        self.approvals = Approvals(tools=["delete_file"], deadline=timedelta(hours=24), default="deny")
        self.agent = TemporalAgent(
            model="sample",
            start_to_close_timeout=timedelta(seconds=60),
            tools=[activity_as_tool(delete_file, start_to_close_timeout=timedelta(seconds=30))],
            hooks=[self.approvals],
        )

    @workflow.run
    async def run(self, prompt: str) -> str:
        """Answer the prompt."""
        return str(await self.approvals.run(self.agent, prompt))
