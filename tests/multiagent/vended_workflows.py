"""Agents that a model makes by Strands' own tools; loaded in the sandbox without import guards."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from strands.vended_tools import handoff_to_user, subagent
from strands.vended_tools.subagent import make_subagent
from temporalio import workflow

from strands_temporal.workflow import activity_as_tool

from .graph_workflows import agent
from .more_workflows import measure
from .questions import Asks

TOOLS: dict[str, Callable[[], Any]] = {"subagent": lambda: subagent, "make_subagent": make_subagent}
"""Strands' own instances, which all workflows of a worker have in common, and instances of a workflow's own."""

if importlib.util.find_spec("strands.vended_tools.swarm"):  # not in Strands 1.60
    from strands.vended_tools import make_swarm, swarm

    TOOLS |= {"swarm": lambda: swarm, "make_swarm": lambda: make_swarm(max_agents=2)}


@workflow.defn
class MadeByModel(Asks):
    """An agent whose model makes others, which ask the user."""

    @workflow.run
    async def run(self, by: str) -> str:
        outer = agent("outer", tools=[TOOLS[by](), handoff_to_user, activity_as_tool(measure)])
        return await self.until_done(outer, "go")
