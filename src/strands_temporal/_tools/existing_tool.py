"""The workflow side of an existing tool that runs as an activity: it looks to the model as it always did."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from strands.types.tools import AgentTool, ToolGenerator, ToolSpec, ToolUse
from temporalio import workflow

from .._errors import InvalidOptionError
from .._model.request import user_state
from .._options import MODEL_HEARTBEAT, TOOL_START_TO_CLOSE, Activity
from .._runtime.decisions import refused
from .._runtime.existing_tools import interrupts_of_call
from .._runtime.light_copies import copy_plain
from .._runtime.tool_events import ToolResultEvent
from .._runtime.worker_parts import current_tools
from . import activity_call, results
from .tool_request import ToolRequest

_UNKNOWN = "strands-temporal-unknown-tool"


class ExistingTool(AgentTool):
    """A tool of a worker's `StrandsPlugin(tools=[...])`."""

    def __init__(self, name: str, spec: ToolSpec | None, options: Activity) -> None:
        """Create the tool.

        Args:
            name: Its name, which is its activity's too.
            spec: What the model is to see; None for what the workflow's worker has under that name.
            options: Options of the activity.

        Raises:
            InvalidOptionError: The worker has no tool of that name, and no specification is given.
        """
        super().__init__()
        self._name = name
        self._given_spec = spec
        self._given = options
        if spec is None and refused(_UNKNOWN, lambda: current_tools().spec(name) is None):
            raise _unknown(name)

    @cached_property
    def _options(self) -> Activity:
        return activity_call.for_tools(
            self._given.with_defaults(start_to_close=TOOL_START_TO_CLOSE, heartbeat=MODEL_HEARTBEAT)
        )

    @property
    def tool_name(self) -> str:
        """Name of the tool."""
        return self._name

    @property
    def tool_spec(self) -> ToolSpec:
        """Name, description and input schema, as without Temporal."""
        spec = self._given_spec or current_tools().spec(self._name)
        if spec is not None:
            return copy_plain(spec)
        if not workflow.unsafe.is_replaying():
            raise _unknown(self._name)
        # What models saw is recorded, so a Replayer needs no tools.
        return ToolSpec(name=self._name, description=self._name, inputSchema={"json": {"type": "object"}})

    @property
    def tool_type(self) -> str:
        """Always `temporal_activity`."""
        return "temporal_activity"

    async def stream(self, tool_use: ToolUse, invocation_state: dict[str, Any], **kwargs: Any) -> ToolGenerator:
        """Run the activity and yield its result, its error, or the interrupt that it raised."""
        agent = invocation_state.get("agent")
        retries = "retry_policy" in self._given.values
        request = ToolRequest(tool_use, user_state(invocation_state), interrupts_of_call(agent, tool_use), retries)
        try:
            encoded = request.encode()
        except TypeError as error:
            message = f"The input of tool {self._name!r} cannot be sent to its activity: {error}."
            yield ToolResultEvent(results.render_error(tool_use["toolUseId"], message), exception=error)
            return
        name = self._name
        yield await activity_call.run(tool_use, name, name, [encoded], self._options, agent=agent)


def _unknown(name: str) -> InvalidOptionError:
    known = ", ".join(sorted(current_tools().names)) or "none"
    return InvalidOptionError(
        f"tool_as_activity({name!r}): the workflow's worker has no tool of that name (it has {known}). Name "
        "it in its StrandsPlugin(tools=[...]), or pass the tool itself where another worker runs it."
    )
