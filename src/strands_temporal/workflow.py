"""Helpers for workflow code: activities as tools of an agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strands.types.tools import AgentTool
from typing_extensions import Unpack

from ._options import Activity, ToolActivityOptions
from ._tools.activity_tool import ActivityTool

__all__ = ["activity_as_tool"]


def activity_as_tool(activity_fn: Callable[..., Any], **options: Unpack[ToolActivityOptions]) -> AgentTool:
    """Make a Temporal activity a tool of an agent.

    The tool has the activity's name; its description and input schema come from the function's docstring and
    signature (pydantic models, dataclasses, defaults and `Annotated` included). A call is checked against the
    signature before the activity is scheduled. Results and errors of the activity go to the model; an
    `InterruptException` raised in it stops the agent for an answer.

    Args:
        activity_fn: A function or method decorated with `@activity.defn`, registered on a worker.
        **options: Options of `workflow.execute_activity`: `task_queue`, `schedule_to_close_timeout`,
            `schedule_to_start_timeout`, `start_to_close_timeout` (10 minutes where neither it nor
            `schedule_to_close_timeout` is given), `heartbeat_timeout`, `retry_policy`, `cancellation_type`,
            `activity_id`, `versioning_intent`, `summary`, `priority`.

    Returns:
        A tool for `TemporalAgent(tools=[...])`.

    Raises:
        InvalidOptionError: `activity_fn` is not an activity or has parameters a tool cannot have, or an option has a
            wrong name, type or value. It is a `ValueError`.
    """
    return ActivityTool(activity_fn, Activity.of(options, owner="activity_as_tool"))
