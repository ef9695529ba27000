"""Refuses what only works outside of workflows: connections, servers and files that an agent would open itself.

In a workflow each would do I/O that is not recorded, or hang on its event loop. Constructors are wrapped where Strands
has them loaded, once per process, and the two methods by which every agent takes its tools; outside of workflows all
are as they were. No private names of Strands are used.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from strands.tools.loader import ToolLoader
from strands.tools.registry import ToolRegistry
from temporalio import workflow

from .._errors import UnsupportedFeatureError
from .tool_providers import are_several, listed
from .wrapping import wrap

_MCP = (
    "Register a factory on the worker, StrandsPlugin(mcp_clients={'NAME': lambda: MCPClient(...)}), and write "
    "TemporalMCPClient(server='NAME')."
)

_FILES = (
    "Import the module and give the agent the tool itself; if it does I/O, name the module on the worker, "
    "StrandsPlugin(tools=[...]), and write tool_as_activity('NAME')."
)

_SERVE = "Serve from a process of its own, whose handler starts or updates the workflow by a Temporal client."

_CONSTRUCTORS = {
    ("strands.tools.watcher", "ToolWatcher"): _FILES,
    ("strands.tools.mcp.mcp_client", "MCPClient"): _MCP,
    ("strands.agent.a2a_agent", "A2AAgent"): (
        "Call it in an activity, and give the agent that activity: activity_as_tool(...). A node of a graph can be an "
        "agent with that tool."
    ),
    ("strands.multiagent.a2a.server", "A2AServer"): _SERVE,
    ("strands.multiagent.a2a.executor", "StrandsA2AExecutor"): _SERVE,
    ("strands.bidi.agent.agent", "BidiAgent"): (
        "A conversation of live audio is a connection, which a workflow cannot hold: run it outside, and let its tools "
        "start or signal workflows. For text, TemporalAgent(streaming_topic=...) streams."
    ),
}
"""Classes by their module, and what to use instead of an instance in a workflow."""

_OF_CONNECTIONS = (
    ("strands.tools.mcp.mcp_client", "MCPClient"),
    ("strands.tools.mcp.mcp_agent_tool", "MCPAgentTool"),
)
"""What no agent of a workflow can have as a tool."""


def install() -> None:
    """Wrap all that is loaded; calling it again wraps what has been loaded since."""
    for (module, name), instead in _CONSTRUCTORS.items():
        if (kind := getattr(sys.modules.get(module), name, None)) is not None:
            wrap(kind, "__init__", _checking(_always(f"{name}(...)", instead)))
    for method in ("load_tool", "load_tools"):
        wrap(ToolLoader, method, _checking(_always(f"ToolLoader.{method}(...)", _FILES)))
    wrap(ToolRegistry, "process_tools", _with_checked_tools)
    wrap(ToolRegistry, "initialize_tools", _checking(_check_directory))


def _checking(check: Callable[..., None]) -> Callable[[Any], Any]:
    """Makes methods that check their arguments first, in workflows."""

    def make(original: Any) -> Any:
        def checked(owner: Any, *args: Any, **kwargs: Any) -> Any:
            if workflow.in_workflow():
                check(*args, **kwargs)
            return original(owner, *args, **kwargs)

        return checked

    return make


def _with_checked_tools(original: Any) -> Any:
    def process_tools(registry: Any, tools: Any) -> Any:
        if workflow.in_workflow():
            tools = listed(tools)
            _check_tools(tools)
        return original(registry, tools)

    return process_tools


def _always(what: str, instead: str) -> Callable[..., None]:
    return lambda *args, **kwargs: _refuse(what, instead)


def _check_tools(tools: list[Any]) -> None:
    kinds: list[Any] = [getattr(sys.modules.get(module), name, None) for module, name in _OF_CONNECTIONS]
    for each in tools:
        for kind in kinds:
            if kind is not None and isinstance(each, kind):
                _refuse(f"An {kind.__name__} as a tool of an agent", _MCP)
        if are_several(each):
            _check_tools(each)
        path = each.get("path") if isinstance(each, dict) else each  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if isinstance(path, str) and (path.endswith(".py") or os.sep in path or path.startswith("~")):
            _refuse(f"The tool file {path!r}", _FILES)


def _check_directory(load_tools_from_directory: bool = False) -> None:
    if load_tools_from_directory:
        _refuse("load_tools_from_directory=True", _FILES)


def _refuse(what: str, instead: str) -> None:
    raise UnsupportedFeatureError(f"{what} cannot be used in a workflow, whose own I/O is not recorded. {instead}")
