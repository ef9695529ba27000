"""A workflow that asks an agent one question."""

from datetime import timedelta

from temporalio import workflow

from strands_temporal import TemporalAgent


@workflow.defn
class HelloWorldWorkflow:
    """One prompt, one reply."""

    def __init__(self) -> None:
        """Make the agent; nothing is called yet."""
        self.agent = TemporalAgent(model="sample", start_to_close_timeout=timedelta(seconds=60))

    @workflow.run
    async def run(self, prompt: str) -> str:
        """Answer the prompt."""
        result = await self.agent.invoke_async(prompt)
        return str(result)
