"""A tool of an agent that is a child workflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strands.agent import AgentResult
from strands.types.tools import AgentTool, ToolGenerator, ToolSpec, ToolUse
from temporalio import workflow

from .._runtime.activity_function import ActivityFunction
from .._runtime.tool_events import ToolResultEvent
from . import remote_call, results


class ChildWorkflowTool(AgentTool):
    """Runs a workflow for each call."""

    def __init__(
        self,
        function: ActivityFunction,
        name: str | None,
        description: str | None,
        options: Mapping[str, Any],
    ) -> None:
        """Create the tool.

        Args:
            function: The workflow as a tool.
            name: Name of the tool; the workflow's by default.
            description: Description of the tool; the docstring by default.
            options: Options of the child, checked.
        """
        super().__init__()
        self._function = function
        self._options = dict(options)
        self._name = name or function.name
        self._spec = ToolSpec(**{**function.spec, "name": self._name})  # type: ignore[typeddict-item]
        if description is not None:
            self._spec["description"] = description
        self._result_type = AgentResult if function.result_type is AgentResult else None

    @property
    def tool_name(self) -> str:
        """Name of the workflow, or the one that was given."""
        return self._name

    @property
    def tool_spec(self) -> ToolSpec:
        """Name, description and input schema, from the run method's signature and docstring."""
        return self._spec

    @property
    def tool_type(self) -> str:
        """Always `temporal_child_workflow`."""
        return "temporal_child_workflow"

    async def stream(self, tool_use: ToolUse, invocation_state: dict[str, Any], **kwargs: Any) -> ToolGenerator:
        """Run the workflow and yield its result or its error."""
        use_id = tool_use["toolUseId"]
        try:
            arguments = self._function.arguments(tool_use["input"])
        except ValueError as error:
            yield ToolResultEvent(results.render_error(use_id, str(error)), exception=error)
            return
        if words := remote_call.refusal_of_size(self._name, arguments):
            yield ToolResultEvent(results.render_error(use_id, words))
            return
        yield await remote_call.finished(tool_use, self._name, self._run(tool_use, arguments))

    async def _run(self, tool_use: ToolUse, arguments: list[Any]) -> Any:
        summary = remote_call.summary(self._options.get("static_summary"), self._name, tool_use)
        options: dict[str, Any] = {**self._options, "static_summary": summary, "result_type": self._result_type}
        execute: Any = workflow.execute_child_workflow
        return await execute(self._function.name, args=arguments, **options)
