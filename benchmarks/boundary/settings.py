"""What a chat workflow is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Settings:
    """The input of a chat workflow.

    Attributes:
        window: Whether Strands' default sliding window of 40 messages is kept, and not the whole conversation.
        tools: Whether the five tools are offered.
        kept: Whether the workflow of raw Temporal keeps its conversation, as agents do.
        agent_options: Further keywords of the agent.
    """

    window: bool = False
    tools: bool = True
    kept: bool = False
    agent_options: dict[str, Any] = field(default_factory=dict)
