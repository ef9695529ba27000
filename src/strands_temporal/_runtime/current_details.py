"""Adds the agents to a workflow's current details when someone looks at them, and costs nothing before.

The Web UI and `handle.describe()` read the details by a query that temporalio answers by itself. A text set with
`workflow.set_current_details` at each step of an agent would be written hundreds of times and read once, and would
replace the user's own. So the answer to that query is completed. Private names used here: the workflow instance, which
is the event loop, keeps its queries in `_queries`, each a `workflow._QueryDefinition`.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from temporalio import workflow

from .._details import ShownAgents

QUERY = "__temporal_workflow_metadata"

_ATTRIBUTE = "__strands_temporal_agents"


def install() -> None:
    """Complete the answer for the workflow that is being created; called from an interceptor's `init`."""
    instance: Any = workflow._Runtime.current()
    answer = instance._queries[QUERY].fn

    def with_agents() -> Any:
        metadata = answer()
        states: ShownAgents | None = getattr(instance, _ATTRIBUTE, None)
        if states is not None and (shown := states.markdown()):
            own: str = metadata.current_details
            metadata.current_details = f"{own}\n\n{shown}" if own else shown
        return metadata

    instance._queries[QUERY] = replace(instance._queries[QUERY], fn=with_agents)


def shown_agents() -> ShownAgents:
    """The agents of the running workflow."""
    loop: Any = asyncio._get_running_loop()
    states: ShownAgents | None = getattr(loop, _ATTRIBUTE, None)
    if states is None:
        states = ShownAgents()
        setattr(loop, _ATTRIBUTE, states)
    return states
