"""A workflow whose agent names no model."""

from temporalio import workflow

from strands_temporal import TemporalAgent


@workflow.defn
class NoModelName:
    @workflow.run
    async def run(self) -> str:
        return str(await TemporalAgent(name="nameless", callback_handler=None).invoke_async("hi"))
