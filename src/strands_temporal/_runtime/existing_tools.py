"""Tools that were not written for Temporal: their function, whether it wants the agent, and a call without one.

Private names of Strands used here: `DecoratedFunctionTool._tool_func` and `PythonAgentTool._tool_func`, the function
of a tool; `DecoratedFunctionTool._metadata` with `_context_param`, the name of its `ToolContext` parameter; and
`_InterruptState`, in which `tool_context.interrupt` looks for an answer, at the agent's attribute `_interrupt_state`.
Some of Strands' tools read `agent._cancel_signal`.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import dis
import inspect
import threading
from collections.abc import Callable, Mapping
from typing import Any, cast

from strands import Agent
from strands.interrupt import Interrupt, _InterruptState
from strands.tools.decorator import DecoratedFunctionTool
from strands.tools.tools import PythonAgentTool
from strands.types.tools import AgentTool, ToolUse

from .._errors import UnsupportedFeatureError
from .interrupt_state import OF_TOOL_CALL


def function_of(tool: AgentTool) -> Callable[..., Any] | None:
    """The function that a tool was made of, or None."""
    if isinstance(tool, (DecoratedFunctionTool, PythonAgentTool)):
        return cast("Callable[..., Any]", tool._tool_func)
    return None


def module_of(tool: AgentTool) -> str:
    """The module that a tool's code is in."""
    return getattr(function_of(tool) or type(tool), "__module__", "") or ""


def bound_variable(tool: AgentTool, name: str) -> Any:
    """What a tool that a factory made was given under a name; None if nothing."""
    function = function_of(tool)
    return inspect.getclosurevars(function).nonlocals.get(name) if inspect.isfunction(function) else None


def use_of_agent(tool: AgentTool) -> str | None:
    """What of a tool's code cannot do without the agent, for an error; None where nothing is known to."""
    function = function_of(tool)
    if not isinstance(tool, DecoratedFunctionTool) or function is None:
        return None
    agent = inspect.signature(function).parameters.get("agent")
    if agent is not None and agent.default is agent.empty:
        return "has a parameter 'agent'"
    context = context_parameter(cast(AgentTool, tool))
    return f"uses {context}.agent" if context and _reads(function, context, "agent") else None


def context_parameter(tool: AgentTool) -> str | None:
    """The name of the parameter in which a tool gets its `ToolContext`, or None."""
    if not isinstance(tool, DecoratedFunctionTool):
        return None
    name = tool._metadata._context_param
    return name if name in tool._metadata.signature.parameters else None


def _reads(function: Callable[..., Any], variable: str, attribute: str) -> bool:
    """Whether a function's code has `variable.attribute`; what it hands to others is not followed."""
    code = getattr(inspect.unwrap(getattr(function, "__func__", function)), "__code__", None)
    if code is None:
        return False
    before: dis.Instruction | None = None
    for each in dis.get_instructions(code):
        if each.opname in ("LOAD_ATTR", "LOAD_METHOD") and each.argval == attribute and before is not None:
            loaded: Any = before.argval if before.opname.startswith("LOAD_") else None
            if loaded == variable or (
                isinstance(loaded, tuple) and cast("tuple[Any, ...]", loaded)[-1:] == (variable,)
            ):
                return True
        before = each
    return False


class AgentElsewhere:
    """In place of the agent of a tool that runs in an activity: it knows what was answered, and refuses all else."""

    def __init__(self, tool_name: str, cancel_signal: threading.Event, interrupts: Mapping[str, Interrupt]) -> None:
        """Create it.

        Args:
            tool_name: The tool, for errors.
            cancel_signal: Set when the call is to end.
            interrupts: What the call has asked, by id, with the answers.
        """
        self._tool_name = tool_name
        self.cancel_signal = self._cancel_signal = cancel_signal
        self._interrupt_state = _InterruptState(interrupts=dict(interrupts))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedFeatureError(
            f"Tool {self._tool_name!r} uses agent.{name}, and runs in an activity, where the agent is not. Give "
            "what it needs as input or in invocation_state, or pass the tool to the agent as it is, for the workflow."
        )


def interrupts_of_call(agent: Any, tool_use: ToolUse) -> dict[str, Interrupt]:
    """What a call of a tool has asked by its `ToolContext` and was answered, by id."""
    if not isinstance(agent, Agent):
        return {}
    start = f"{OF_TOOL_CALL}{tool_use['toolUseId']}:"
    every = agent._interrupt_state.interrupts
    return {id: each for id, each in every.items() if id.startswith(start) and each.response is not None}
