"""Durable Strands agents on Temporal: every model and tool call of an agent is a recorded step.

Put `StrandsPlugin` on the client or the worker, and write `TemporalAgent` in workflows where you wrote `Agent`.
"""

from typing import TYPE_CHECKING, Any

from . import workflow
from ._agent import TemporalAgent
from ._long.asking import execute_turn
from ._mcp.client import TemporalMCPClient
from ._model.temporal_model import TemporalModel
from ._plugin import StrandsPlugin
from ._sandbox.context import SandboxStreamEvent, SandboxWorkflowChain, SandboxWorkflowContext
from ._sandbox.env_refs import AllowAllWorkerEnvVars, temporal_worker_env_ref
from ._stores.memory_store import TemporalMemoryStore
from ._stores.session_repository import TemporalSessionRepository
from ._stores.temporal_storage import TemporalStorage
from ._streaming.live import LiveReply, LiveText, live_text

if TYPE_CHECKING:
    from ._sandbox.temporal_sandbox import TemporalSandbox

__all__ = [
    "AllowAllWorkerEnvVars",
    "LiveReply",
    "LiveText",
    "SandboxStreamEvent",
    "SandboxWorkflowChain",
    "SandboxWorkflowContext",
    "StrandsPlugin",
    "TemporalAgent",
    "TemporalMCPClient",
    "TemporalMemoryStore",
    "TemporalModel",
    "TemporalSandbox",
    "TemporalSessionRepository",
    "TemporalStorage",
    "execute_turn",
    "live_text",
    "temporal_worker_env_ref",
    "workflow",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # With the tools that Strands gives to a sandbox comes all that it vends, MCP and an HTTP client among it: half a
    # second to a second, which is paid by those who use it.
    if name == "TemporalSandbox":
        from ._sandbox.temporal_sandbox import TemporalSandbox

        return TemporalSandbox
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
