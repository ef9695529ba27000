"""What is known of the tools of Strands' packages: which do I/O, and which have no place in a workflow."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from strands.types.tools import AgentTool
from temporalio import workflow

from .._errors import InvalidOptionError
from .._runtime.decisions import refused
from .._runtime.existing_tools import bound_variable, module_of, use_of_agent
from .._sandbox.no_sandbox import NoSandbox

logger = logging.getLogger("strands_temporal")

_COMMUNITY, _VENDED = "strands_tools", "strands.vended_tools"

_NOWHERE = {
    "strands_tools.handoff_to_user": "asks at the terminal of its process. Use strands.vended_tools.handoff_to_user: "
    "it stops the agent with an interrupt, and the answer resumes it (docs/approvals.md)",
    "strands.vended_tools.mcp_router.mcp_router": "opens connections, which belong to a worker. Give the agent "
    "a TemporalMCPClient(server='NAME') for each server (docs/mcp.md)",
}

_NOT_IN_ACTIVITIES = {
    "strands_tools.batch": "calls the agent's other tools. Models call several tools in one turn by themselves",
    "strands_tools.load_tool": "adds tools to the agent. Name them in tools=[...]",
    "strands_tools.stop": "ends the agent's loop. Use strands.vended_tools.stop in the workflow, as it is",
    **dict.fromkeys(
        ("strands_tools.use_agent", "strands_tools.think", "strands_tools.use_llm"),
        "makes an agent of the agent's model and tools. Give the agent another TemporalAgent as a tool",
    ),
    **dict.fromkeys(
        ("strands_tools.swarm", "strands_tools.graph", "strands_tools.agent_graph", "strands_tools.workflow"),
        "makes agents of the agent's model and tools. Build a Swarm or a Graph of TemporalAgents (docs/multi-agent.md)",
    ),
}
"""They need the agent, which stays in the workflow."""

_IN_WORKFLOWS = {"strands_tools.calculator", "strands_tools.batch", "strands_tools.stop", "strands_tools.utils"}
"""Those of `strands_tools` that compute only, or need the agent and do nothing else."""

_VENDED_IO = {"http_request", "web_fetch", "a2a_client"}

_IN_A_SANDBOX = {"shell", "_bash", "python_repl", "file_editor"}


def check_as_activity(tool: AgentTool, owner: str) -> None:
    """Refuse a tool that cannot do its work in an activity.

    Raises:
        InvalidOptionError: It cannot.
    """
    name, module = tool.tool_name, module_of(tool)
    if words := _NOWHERE.get(module) or _NOT_IN_ACTIVITIES.get(module):
        raise InvalidOptionError(f"{owner}: tool {name!r} of {module} {words}.")
    if used := use_of_agent(tool):
        raise InvalidOptionError(
            f"{owner}: tool {name!r} {used}, and the agent stays in the workflow. Pass the tool to the agent as it is, "
            "to run in the workflow, or let it take what it needs as input or from tool_context.invocation_state."
        )


def check_in_workflow(tools: Iterable[AgentTool], sandbox: Any) -> None:
    """Refuse tools that cannot run in a workflow, and warn of those that do I/O there.

    Args:
        tools: The tools of an agent.
        sandbox: The agent's sandbox.

    Raises:
        InvalidOptionError: One cannot.
    """
    for tool in tools:
        module = module_of(tool)
        words = _NOWHERE.get(module)
        if words and refused("strands-temporal-tool", lambda: True):  # 0.2.0 did not refuse it
            raise InvalidOptionError(f"TemporalAgent(tools=[...]): tool {tool.tool_name!r} of {module} {words}.")
        if module.partition(".")[0] == _COMMUNITY:
            if module not in _IN_WORKFLOWS:
                _warn(tool, module, "does I/O, or asks the clock")
        elif module.startswith(_VENDED):
            kind = module[len(_VENDED) + 1 :].partition(".")[0]
            if kind in _VENDED_IO:
                _warn(tool, module, "does I/O")
            elif kind in _IN_A_SANDBOX and isinstance(sandbox, NoSandbox) and bound_variable(tool, "sandbox") is None:
                _say(
                    "Tool %r of an agent without a sandbox will fail. Give the agent one, "
                    "TemporalAgent(sandbox=TemporalSandbox('NAME')) (docs/sandboxes.md).",
                    tool.tool_name,
                )


def _warn(tool: AgentTool, module: str, why: str) -> None:
    if module in _NOT_IN_ACTIVITIES:
        remedy = f"It {_NOT_IN_ACTIVITIES[module]}"
    else:
        remedy = (
            f"Write strands_temporal.workflow.tool_as_activity({tool.tool_name!r}) instead, and name the tool in "
            "StrandsPlugin(tools=[...])"
        )
    _say(
        "Tool %r of %s runs in the workflow, where it is run again at each replay, and it %s. %s.",
        *(tool.tool_name, module, why, remedy),
    )


def _say(message: str, *values: Any) -> None:
    if not workflow.unsafe.is_replaying():
        logger.warning(message, *values)
