"""What an agent is given as tools: several at once, and providers; and the signal by which it is cancelled.

Private names of Strands used here: `ToolRegistry._tool_providers`, the only place where providers are kept, and
`Agent._cancel_signal`, which Strands itself hands to the calls of its MCP client.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import inspect
import threading
from collections.abc import Iterable, Sequence, Set
from typing import Any

from strands.tools.registry import ToolRegistry
from strands.tools.tool_provider import ToolProvider
from strands.types.tools import AgentTool


def are_several(given: Any) -> bool:
    """Whether Strands takes it for several tools: any iterable that is nothing else."""
    one = isinstance(given, (str, bytes, bytearray, dict, AgentTool)) or inspect.ismodule(given)
    return isinstance(given, Iterable) and not one


def listed(given: Iterable[Any]) -> list[Any]:
    """Tools as a list, with lists in it, which can be gone through again; those of a set in the order of their names.

    Raises:
        TypeError: It is no iterable.
    """
    # A set has another order in each process, and what the model is shown must not.
    tools = sorted(given, key=_name) if isinstance(given, Set) else given
    return [listed(each) if are_several(each) else each for each in tools]


def _name(tool: Any) -> str:
    names = (getattr(tool, attribute, None) for attribute in ("tool_name", "__name__", "name"))
    return str(next((name for name in names if name), tool if isinstance(tool, str) else ""))


def providers_of(registry: ToolRegistry) -> Sequence[ToolProvider]:
    """The providers that were given to an agent, in their order."""
    return tuple(registry._tool_providers)


def cancel_signal_of(agent: Any) -> threading.Event | None:
    """What `agent.cancel()` sets; None for what is no agent."""
    return getattr(agent, "_cancel_signal", None)
