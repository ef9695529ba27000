"""The tools that a user names: functions, modules, lists, and text where Strands takes text."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from strands import Agent
from strands.tools import ToolProvider
from strands.tools.loader import load_tool_from_string, load_tools_from_module
from strands.types.tools import AgentTool

from .._errors import InvalidOptionError, named
from .._runtime.sub_agents import is_sub_agent
from .._runtime.tool_providers import are_several, listed
from .known import check_as_activity

_TAKES = "a @tool function, a module with tools, or a list of these"


def tools_of(given: Any, owner: str) -> Iterator[AgentTool]:
    """Each tool of what was given.

    Args:
        given: A tool, a module, or several of these; text is loaded as Strands does it, from a module or a file.
        owner: What it was given to, for errors.

    Raises:
        InvalidOptionError: It is or has something else, or a tool that cannot run in an activity.
    """
    if are_several(given):
        for each in listed(given):
            yield from tools_of(each, owner)
        return
    for tool in _loaded(given, owner):
        if tool.tool_type == "temporal_activity":
            raise InvalidOptionError(
                f"{owner}: {tool.tool_name!r} runs as an activity already. Pass the tool that it was made of here, or "
                "register its activity in Worker(activities=[...])."
            )
        check_as_activity(tool, owner)
        yield tool


def _loaded(given: Any, owner: str) -> Sequence[AgentTool]:
    try:
        if isinstance(given, str):
            return load_tool_from_string(given)
        if inspect.ismodule(given):
            return load_tools_from_module(given, given.__name__.rpartition(".")[2])
    except Exception as error:
        raise InvalidOptionError(f"{owner}: no tool could be loaded from {named(given)}: {error}") from error
    if isinstance(given, Agent) or is_sub_agent(given):
        raise InvalidOptionError(
            f"{owner}: {named(given)} is an agent, whose calls are recorded steps already. Pass it to the agent as it "
            "is."
        )
    if isinstance(given, ToolProvider) or type(given).__name__ == "MCPAgentTool":
        raise InvalidOptionError(
            f"{owner}: for the tools of an MCP server write StrandsPlugin(mcp_clients={{'NAME': ...}}) and "
            "TemporalAgent(tools=[TemporalMCPClient(server='NAME')]) (docs/mcp.md)."
        )
    if not isinstance(given, AgentTool):
        hint = ". Add @tool to the function" if inspect.isroutine(given) else ""
        raise InvalidOptionError(f"{owner} takes {_TAKES}, not {named(given)}{hint}.")
    return [given]
