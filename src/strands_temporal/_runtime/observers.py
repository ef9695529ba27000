"""Whether anything looks at Strands' count of a request's tokens, made before every model call.

A model that counts by a request to its provider would otherwise cost an activity at each call, for a number that
nobody reads. Private names of Strands used here: `_estimate_input_tokens`, which makes that count;
`HookRegistry._registered_callbacks`, `MiddlewareRegistry._handlers` and `ConversationManager._compression_threshold`,
whose callbacks get it.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import sys
from typing import Any

from strands import Agent
from strands.hooks import BeforeModelCallEvent

_NOT_LOOKING = ("strands.agent.", "strands_temporal._mcp.")
"""Modules whose callbacks do not look at it: Strands' own of an agent that has nothing special, and ours of MCP."""


def count_is_for_the_next_call() -> bool:
    """Whether the caller of the caller is Strands' count before a model call; other code wants its counts."""
    frame = sys._getframe(2)
    return frame.f_code.co_name == "_estimate_input_tokens"


def count_is_observed(agent: Agent) -> bool:
    """Whether a hook, a middleware or proactive compression of this agent gets that count."""
    if getattr(agent.conversation_manager, "_compression_threshold", None) is not None:
        return True
    if has_model_middleware(agent):
        return True
    callbacks: Any = agent.hooks._registered_callbacks.get(BeforeModelCallEvent, ())
    return any(not (entry.callback.__module__ or "").startswith(_NOT_LOOKING) for entry in callbacks)


def has_model_middleware(agent: Agent) -> bool:
    """Whether a middleware takes part in this agent's model calls."""
    stages: Any = agent._middleware_registry._handlers
    return any(handlers for stage, handlers in stages.items() if stage.name == "invokeModel")
