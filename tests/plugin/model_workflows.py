"""Workflows whose agents name no model, or ask about it."""

from temporalio import workflow

from strands_temporal import TemporalAgent


@workflow.defn
class NoModelName:
    @workflow.run
    async def run(self) -> str:
        return str(await TemporalAgent(name="nameless", callback_handler=None).invoke_async("hi"))


@workflow.defn
class Describes:
    """Asks what its model is, before any call."""

    @workflow.run
    async def run(self) -> str:
        agent = TemporalAgent("scripted", name="describes", callback_handler=None)
        return str(agent.model.get_config())
