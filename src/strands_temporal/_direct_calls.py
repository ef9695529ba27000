"""`agent.tool.x()`: Strands' direct call of a tool, which finds the tools of MCP servers too, and ends a workflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strands import Agent

from . import _agent_errors
from ._mcp.agent_servers import AgentServers


class DirectCalls:
    """Stands before Strands' own caller, and has names of no tool's form."""

    def __init__(self, agent: Agent, caller: Any, servers: AgentServers | None) -> None:
        """Look at an agent.

        Args:
            agent: The agent.
            caller: Strands' own caller of its tools.
            servers: Its MCP servers; None while the agent is being made.
        """
        self.__agent = agent
        self.__caller = caller
        self.__servers = servers

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                if self.__servers is not None:
                    self.__servers.before_direct_call(name)
                return getattr(self.__caller, name)(*args, **kwargs)
            except Exception as error:
                _agent_errors.mark(error, f"Agent {self.__agent.name!r}")
                raise

        return call
