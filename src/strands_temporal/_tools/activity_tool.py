"""The workflow side of an activity tool: a Strands tool whose call is an activity."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from strands.types.tools import AgentTool, ToolGenerator, ToolSpec, ToolUse

from .._options import LOCAL_START_TO_CLOSE, TOOL_START_TO_CLOSE, Activity
from .._runtime.activity_function import ActivityFunction
from .._runtime.tool_events import ToolResultEvent
from . import activity_call, results


class ActivityTool(AgentTool):
    """A tool of an agent that runs as a Temporal activity."""

    def __init__(self, function: Callable[..., Any], options: Activity) -> None:
        """Create the tool.

        Args:
            function: Decorated with `@activity.defn`.
            options: Options of the activity.
        """
        super().__init__()
        self._function = ActivityFunction(function)
        self._given = options

    @cached_property
    def _options(self) -> Activity:  # made for the first call, for most tools of an agent are not called
        limit = LOCAL_START_TO_CLOSE if self._given.is_local else TOOL_START_TO_CLOSE
        return activity_call.for_tools(self._given.with_defaults(start_to_close=limit))

    @property
    def tool_name(self) -> str:
        """Name of the activity."""
        return self._function.name

    @property
    def tool_spec(self) -> ToolSpec:
        """Name, description and input schema, from the activity's signature and docstring."""
        return self._function.spec

    @property
    def tool_type(self) -> str:
        """Always `temporal_activity`."""
        return "temporal_activity"

    async def stream(self, tool_use: ToolUse, invocation_state: dict[str, Any], **kwargs: Any) -> ToolGenerator:
        """Run the activity and yield its result, its error, or the interrupt that it raised."""
        try:
            arguments = self._function.arguments(tool_use["input"])
        except ValueError as error:
            yield ToolResultEvent(results.render_error(tool_use["toolUseId"], str(error)), exception=error)
            return
        name = self.tool_name
        agent = invocation_state.get("agent")
        yield await activity_call.run(tool_use, name, name, arguments, self._options, agent=agent)
