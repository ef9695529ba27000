"""The tools of MCP servers in an agent's registry: there before its model, or a tool, is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from strands import Agent
from strands.hooks import BeforeModelCallEvent
from strands.types.tools import AgentTool
from temporalio import workflow

from .._errors import InvalidOptionError
from .._model.patches import DIRECT_CALL_LISTS
from .._runtime.bridge import refuse_sync_call
from .._runtime.strands_async import run_sync
from .._runtime.tool_providers import providers_of
from .client import TemporalMCPClient
from .tool import MCPTool


class AgentServers:
    """The MCP servers of one agent."""

    def __init__(self, agent: Agent) -> None:
        """Have the agent list the tools of its servers before its model calls, if it has any."""
        self._agent = agent
        if self._clients():
            agent.hooks.add_callback(BeforeModelCallEvent, self._before_model_call)

    async def before_pending_calls(self) -> None:
        """An agent that goes on with calls of its model, as after an interrupt in an earlier run, needs its tools."""
        messages: Any = self._agent.messages
        if messages and any("toolUse" in block for block in messages[-1]["content"]):
            await self._list_where_not_listed()

    def before_direct_call(self, name: str) -> None:
        """A sync call of a tool that the agent does not know yet needs the tools of its servers."""
        known = self._agent.tool_registry.registry
        if name in known or any(each.replace("-", "_") == name for each in known):
            return
        if workflow.in_workflow() and any(not client.listed for client in self._clients()):
            refuse_sync_call(f"agent.tool.{name}(...)", instead="it after the agent's first invocation")
            if workflow.patched(DIRECT_CALL_LISTS):
                run_sync(self._list_where_not_listed)

    async def _list_where_not_listed(self) -> None:
        for client in self._clients():
            if not client.listed:
                self._register(client, await client.refresh())

    async def _before_model_call(self, event: BeforeModelCallEvent) -> None:
        for client in self._clients():
            self._register(client, await client.refresh())

    def _clients(self) -> Sequence[TemporalMCPClient]:
        providers = providers_of(self._agent.tool_registry)
        return [each for each in providers if isinstance(each, TemporalMCPClient)]

    def _register(self, client: TemporalMCPClient, tools: Sequence[MCPTool]) -> None:
        registry = self._agent.tool_registry
        mine: dict[str, AgentTool] = {tool.tool_name: tool for tool in tools}
        known = registry.registry
        for name in [name for name, tool in known.items() if name not in mine and _is_of(tool, client)]:
            del known[name]
        for name, tool in mine.items():
            if name not in known:
                registry.register_tool(tool)
            elif known[name] is not tool:
                if not _is_of(known[name], client):
                    raise InvalidOptionError(
                        f"MCP server {client.server!r} has a tool {name!r}, and agent {self._agent.name!r} has another "
                        "of that name. Give the server's tools a prefix, MCPClient(prefix=...), or leave one of them "
                        "out by MCPClient(tool_filters=...)."
                    )
                registry.replace(tool)


def _is_of(tool: AgentTool, client: TemporalMCPClient) -> bool:
    return isinstance(tool, MCPTool) and tool.handle is client
