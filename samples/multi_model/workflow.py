"""A workflow whose two agents call different models, each by its name."""

from datetime import timedelta

from temporalio import workflow

from strands_temporal import TemporalAgent


@workflow.defn
class MultiModelWorkflow:
    """One model writes, the other one shortens."""

    def __init__(self) -> None:
        """Make the agents; each has limits and retries of its own for its model."""
        self.agent_a = TemporalAgent(
            model="claude",
            start_to_close_timeout=timedelta(seconds=60),
        )
        self.agent_b = TemporalAgent(
            model="bedrock",
            start_to_close_timeout=timedelta(seconds=60),
        )

    @workflow.run
    async def run(self, prompt: str) -> str:
        """Answer the prompt, and shorten the answer."""
        answer = str(await self.agent_a.invoke_async(prompt)).strip()
        short = str(await self.agent_b.invoke_async(f"Put this in one sentence: {answer}")).strip()
        return f"{answer}\nIn short: {short}"
