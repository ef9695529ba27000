"""The tool providers of an agent, and the signal by which it is cancelled.

Private names of Strands used here: `ToolRegistry._tool_providers`, the only place where providers are kept, and
`Agent._cancel_signal`, which Strands itself hands to the calls of its MCP client.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from strands.tools.registry import ToolRegistry
from strands.tools.tool_provider import ToolProvider


def providers_of(registry: ToolRegistry) -> Sequence[ToolProvider]:
    """The providers that were given to an agent, in their order."""
    return tuple(registry._tool_providers)


def cancel_signal_of(agent: Any) -> threading.Event | None:
    """What `agent.cancel()` sets; None for what is no agent."""
    return getattr(agent, "_cancel_signal", None)
