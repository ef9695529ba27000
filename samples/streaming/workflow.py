"""A workflow whose agent publishes what the model says."""

from datetime import timedelta

from temporalio import workflow
from temporalio.contrib.workflow_streams import WorkflowStream

from strands_temporal import TemporalAgent


@workflow.defn
class StreamingWorkflow:
    """One prompt, one reply, which can be read while it is made."""

    def __init__(self) -> None:
        """Host the stream, and make the agent that publishes to it."""
        self.stream = WorkflowStream()
        self.agent = TemporalAgent(
            model="sample",
            start_to_close_timeout=timedelta(seconds=60),
            streaming_topic="events",
        )

    @workflow.run
    async def run(self, prompt: str) -> str:
        """Answer the prompt."""
        result = await self.agent.invoke_async(prompt)
        return str(result)
