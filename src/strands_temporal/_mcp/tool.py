"""The workflow side of one MCP tool: a Strands tool whose call is an activity."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol

from strands import Agent
from strands.types.tools import AgentTool, ToolGenerator, ToolSpec, ToolUse

from .._model.patches import cancel_if_new
from .._model.workflow_model import WorkflowModel
from .._options import Activity
from .._runtime.cancel_signal import listening
from .._runtime.cancelled_calls import times_cancelled
from .._runtime.interrupt_state import InterruptState
from .._runtime.light_copies import copy_plain
from .._runtime.tool_events import ToolResultEvent
from .._runtime.tool_providers import cancel_signal_of
from .._tools import activity_call
from . import elicitation
from .context import Context
from .wire import CALL_TOOL, CallRequest, ToolInfo

_CANCELLED = "Tool execution cancelled locally; remote execution may have continued"
"""What Strands' own client tells of a call that `agent.cancel()` ends."""


class Handle(Protocol):
    """The workflow's handle to a server."""

    @property
    def server(self) -> str:
        """Name of the server."""
        ...

    @property
    def context(self) -> Context | None:
        """What the factory of its client is given; None for nothing."""
        ...


class MCPTool(AgentTool):
    """A tool of an MCP server, as a workflow knows it."""

    def __init__(
        self,
        handle: Handle,
        info: ToolInfo,
        options: Activity,
        *,
        idempotent: bool | None,
        read_timeout: timedelta | None,
        asks: bool = False,
    ) -> None:
        """Create the tool.

        Args:
            handle: Whose tool it is.
            info: What the workflow's history keeps of the tool.
            options: Options of the activity of a call.
            idempotent: Whether a call may run twice; None for what the server says.
            read_timeout: How long a call waits for its answer; None for any time.
            asks: Whether the server's elicitations are interrupts.
        """
        super().__init__()
        self.handle = handle
        self._info = info
        self._options = options
        self._repeatable = _says_nothing_against_it(info) if idempotent is None else idempotent
        self._read_timeout = read_timeout
        self._asks = asks

    @property
    def tool_name(self) -> str:
        """Name of the tool, with the prefix that the server's client gives it."""
        return self._info.spec["name"]

    @property
    def tool_spec(self) -> ToolSpec:
        """What the server says of the tool, as Strands' own client tells it."""
        return copy_plain(self._info.spec)

    @property
    def tool_type(self) -> str:
        """Always `temporal_mcp`."""
        return "temporal_mcp"

    async def stream(self, tool_use: ToolUse, invocation_state: dict[str, Any], **kwargs: Any) -> ToolGenerator:
        """Run the activity and yield its result or its error."""
        agent = invocation_state.get("agent")
        signal = cancel_signal_of(agent)
        cancelled = False

        @contextmanager
        def until_cancelled(call: asyncio.Task[Any]) -> Generator[None, None, None]:
            def cancel() -> None:
                nonlocal cancelled
                cancelled = True
                cancel_if_new(call)

            if signal is None:
                yield
                return
            with listening(signal, cancel):
                yield

        request = CallRequest(
            tool_name=self._info.name,
            arguments=tool_use["input"],
            tool_use_id=tool_use["toolUseId"],
            repeatable=self._repeatable,
            read_timeout=self._read_timeout,
            progress=_progress_of(agent),
            shown_name=self.tool_name,
            context=self.handle.context,
            answers=_answers_of(agent, tool_use["toolUseId"]) if self._asks else None,
        )
        name = CALL_TOOL.format(self.handle.server)
        times = times_cancelled()
        try:
            yield await activity_call.run(
                *(tool_use, self.tool_name, name, [request.to_wire()], self._options),
                agent=agent,
                asks_as=elicitation.MARK,
                while_running=until_cancelled,
            )
        except asyncio.CancelledError:
            if not cancelled or times_cancelled() > times:
                raise
            result: Any = {
                "toolUseId": tool_use["toolUseId"],
                "status": "error",
                "content": [{"text": _CANCELLED}],
                "cancelled": True,
            }
            yield ToolResultEvent(result)


def _progress_of(agent: Any) -> tuple[str, str] | None:
    """Where an agent publishes how far its tools are: the stream's topic and the agent's name."""
    model = getattr(agent, "model", None)
    if not isinstance(model, WorkflowModel) or not model.hosted.streaming.tool_events:
        return None
    topic = model.hosted.streaming.topic
    return None if topic is None else (topic, agent.name)


def _answers_of(agent: Any, use_id: str) -> dict[str, Any]:
    interrupts = InterruptState(agent).interrupts.values() if isinstance(agent, Agent) else ()
    return elicitation.answers(interrupts, use_id)


def _says_nothing_against_it(info: ToolInfo) -> bool:
    """Whether the server has not said that a second call has a second effect; by default it says nothing."""
    return info.annotations.get("idempotentHint") is not False or info.annotations.get("readOnlyHint") is True
