"""The workflow: an agent with the tools of an MCP server, which it knows by name."""

from datetime import timedelta

from temporalio import workflow

from strands_temporal import TemporalAgent, TemporalMCPClient


@workflow.defn
class MCPWorkflow:
    """Answers a prompt, with the server's tools."""

    def __init__(self) -> None:
        echo = TemporalMCPClient(server="echo", start_to_close_timeout=timedelta(seconds=30))
        self.agent = TemporalAgent(
            model="sample",
            start_to_close_timeout=timedelta(seconds=60),
            tools=[echo],
        )

    @workflow.run
    async def run(self, prompt: str) -> str:
        """Answer the prompt."""
        result = await self.agent.invoke_async(prompt)
        return str(result)
