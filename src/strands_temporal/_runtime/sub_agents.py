"""The agents that are tools of an agent, and which of them keep their conversation from call to call.

Private names of Strands used here: the tool `_AgentAsTool`, and its `_preserve_context`; where that is False, the
agent's conversation begins anew with each call.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

from typing import NamedTuple

from strands import Agent
from strands.agent._agent_as_tool import _AgentAsTool


class SubAgent(NamedTuple):
    """An agent that is a tool.

    Attributes:
        agent: The agent.
        keeps_conversation: Whether a call goes on with the conversation of the call before.
    """

    agent: Agent
    keeps_conversation: bool


def sub_agents(agent: Agent) -> dict[str, SubAgent]:
    """The agents that are tools of an agent, by the names of the tools."""
    return {
        name: SubAgent(tool.agent, tool._preserve_context)
        for name, tool in agent.tool_registry.registry.items()
        if isinstance(tool, _AgentAsTool)
    }


def is_sub_agent(tool: object) -> bool:
    """Whether a tool is an agent."""
    return isinstance(tool, _AgentAsTool)
