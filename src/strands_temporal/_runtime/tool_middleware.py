"""Middleware around the calls of an agent's tools.

Strands has public names for it now. The oldest supported version has the same in a private module, and no
`Agent.add_middleware`, so the registry that this method calls, `Agent._middleware_registry`, is called here.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from strands import Agent

if TYPE_CHECKING:
    from strands.middleware import ExecuteToolContext, ExecuteToolStage
else:
    try:
        from strands.middleware import ExecuteToolContext, ExecuteToolStage
    except ImportError:
        from strands._middleware import ExecuteToolContext, ExecuteToolStage

NextCall: TypeAlias = Callable[[ExecuteToolContext], AsyncGenerator[Any, None]]
"""The middleware inside of the one that calls it, and the tool itself at last."""


def wrap_tool_calls(agent: Agent, handler: Callable[[ExecuteToolContext, NextCall], AsyncGenerator[Any, None]]) -> None:
    """Add a middleware around each call of the agent's tools, inside of those that are there."""
    agent._middleware_registry.add_middleware(ExecuteToolStage, handler)


__all__ = ["ExecuteToolContext", "ExecuteToolStage", "NextCall", "wrap_tool_calls"]
