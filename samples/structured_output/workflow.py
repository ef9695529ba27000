"""An agent that returns a typed object instead of text."""

from datetime import timedelta

from pydantic import BaseModel, Field
from temporalio import workflow

from strands_temporal import TemporalAgent


class PersonInfo(BaseModel):
    """Information about a person."""

    name: str = Field(description="Name of the person")
    age: int = Field(description="Age of the person")
    occupation: str = Field(description="Occupation of the person")


@workflow.defn
class StructuredOutputWorkflow:
    """Finds a person in a text."""

    def __init__(self) -> None:
        """Make the agent with the type of its answers."""
        self.agent = TemporalAgent(
            model="sample",
            start_to_close_timeout=timedelta(seconds=60),
            structured_output_model=PersonInfo,
        )

    @workflow.run
    async def run(self, prompt: str) -> PersonInfo:
        """Answer the prompt."""
        result = await self.agent.invoke_async(prompt)
        assert isinstance(result.structured_output, PersonInfo)
        return result.structured_output
