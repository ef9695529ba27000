"""An agent in a child workflow as a tool of another agent."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from strands.interrupt import Interrupt
from strands.types.tools import AgentTool, ToolGenerator, ToolSpec, ToolUse
from temporalio.exceptions import FailureError

from .._errors import StrandsTemporalError
from .._runtime.interrupt_state import OF_SUB_AGENT, InterruptState
from .._runtime.tool_events import ToolInterruptEvent, ToolResultEvent
from .._tools import results
from .._tools.remote_call import innermost
from .agent import ChildAgent


class ChildAgentTool(AgentTool):
    """Takes the one parameter `input`, as Strands' own tool of an agent does."""

    def __init__(self, agent: ChildAgent, name: str, description: str | None) -> None:
        """Create the tool.

        Args:
            agent: The agent.
            name: Name of the tool.
            description: What the model reads of it.
        """
        super().__init__()
        self._agent = agent
        self._holder: str | None = None  # the call that the preserved conversation is in
        self._name = name
        self._description = description or f"Use the {name} agent as a tool by providing a natural language input"

    @property
    def agent(self) -> ChildAgent:
        """The agent."""
        return self._agent

    @property
    def tool_name(self) -> str:
        """The name that was given."""
        return self._name

    @property
    def tool_spec(self) -> ToolSpec:
        """Name and description, and an input in words."""
        words = {"type": "string", "description": "The input to send to the agent tool."}
        schema = {"type": "object", "properties": {"input": words}, "required": ["input"]}
        return ToolSpec(name=self._name, description=self._description, inputSchema={"json": schema})

    @property
    def tool_type(self) -> str:
        """Always `agent`."""
        return "agent"

    async def stream(self, tool_use: ToolUse, invocation_state: dict[str, Any], **kwargs: Any) -> ToolGenerator:
        """Run the agent's workflow and yield its answer, its error, or what it asks."""
        use_id = tool_use["toolUseId"]
        if not self._agent.preserves_context:
            async for event in self._call(tool_use, invocation_state, None):
                yield event
            return
        if self._holder not in (None, use_id):
            busy = f"Agent '{self._name}' is already processing a request"
            yield ToolResultEvent(results.render_error(use_id, busy))
            return
        self._holder = use_id
        asks = False
        try:
            async for event in self._call(tool_use, invocation_state, self._agent.kept_state):
                asks = isinstance(event, ToolInterruptEvent)
                yield event
        finally:
            self._holder = use_id if asks else None

    async def _call(
        self, tool_use: ToolUse, invocation_state: dict[str, Any], state: dict[str, Any] | None
    ) -> ToolGenerator:
        use_id = tool_use["toolUseId"]
        given: Any = tool_use["input"]
        prompt: Any = given["input"] if "input" in given else str(given)
        interrupts = InterruptState(invocation_state["agent"])
        prefix = f"{OF_SUB_AGENT}{quote(use_id, safe='')}:"
        kept: Any = interrupts.taken_of_call(use_id)
        if kept is not None:
            answered = [each for id, each in interrupts.interrupts.items() if id.startswith(prefix)]
            prompt = [
                {"interruptResponse": {"interruptId": each.id.removeprefix(prefix), "response": each.response}}
                for each in answered
                if each.id.removeprefix(prefix) in kept["asked"] and each.response is not None
            ]
            state = kept["state"]
        try:
            result, after = await self._agent.call(prompt, None, state)
        except (FailureError, StrandsTemporalError) as error:
            words = results.error_message(self._name, innermost(error))
            yield ToolResultEvent(results.render_error(use_id, f"Agent error: {words}"), exception=error)
            return
        if result.stop_reason == "interrupt" and result.interrupts:
            asked = [each.id for each in result.interrupts]
            interrupts.keep_of_call(use_id, {"state": after, "asked": asked})
            yield ToolInterruptEvent(
                tool_use, [Interrupt(f"{prefix}{each.id}", each.name, each.reason) for each in result.interrupts]
            )
            return
        if self._agent.preserves_context:
            self._agent.keep_state(after)
        output = result.structured_output
        content: Any = {"json": output.model_dump(mode="json")} if output else {"text": str(result)}
        yield ToolResultEvent({"toolUseId": use_id, "status": "success", "content": [content]})
