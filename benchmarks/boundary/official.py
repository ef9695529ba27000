"""The variant "official": the plugin temporalio-strands-agents, in an interpreter of its own."""

from __future__ import annotations

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from temporalio.strands_agents import StrandsPlugin, TemporalAgent  # pyright: ignore[reportMissingImports]
    from temporalio.strands_agents.workflow import activity_as_tool  # pyright: ignore[reportMissingImports]

    from .agent_chat import AgentChat, agent_keywords, construction
    from .model import BenchmarkModel
    from .settings import Settings
    from .tool_activities import ACTIVITIES


@workflow.defn(name="Chat")
class Chat(AgentChat):
    """A conversation; it lives until it is terminated."""

    @workflow.init
    def __init__(self, settings: Settings) -> None:
        self.agent = TemporalAgent(**agent_keywords(settings, activity_as_tool))

    @workflow.run
    async def run(self, settings: Settings) -> None:
        """Wait for turns."""
        await workflow.wait_condition(lambda: False)


@workflow.defn(name="Construction")
class Construction:
    """Makes agents."""

    @workflow.run
    async def run(self, count: int) -> list[float]:
        """Seconds of CPU for one: with its tools, and with tools that are there already."""
        return construction(TemporalAgent, activity_as_tool, count)


WORKFLOWS = [Chat, Construction]


def plugins() -> list[Any]:
    """The plugins of the client."""
    return [StrandsPlugin(models={"benchmark": BenchmarkModel})]


__all__ = ["ACTIVITIES", "WORKFLOWS", "plugins"]
