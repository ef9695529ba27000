"""For tests of agents on Temporal: a scripted model, and a Temporal server for as long as a test needs it."""

from ._testing.scripted import Fail, Reply, Script, ScriptedModel, ScriptedRequest, Step, ToolCall
from ._testing.server import ServerNotFoundError, TemporalServer, find_temporal_cli, temporal_server

__all__ = [
    "Fail",
    "Reply",
    "Script",
    "ScriptedModel",
    "ScriptedRequest",
    "ServerNotFoundError",
    "Step",
    "TemporalServer",
    "ToolCall",
    "find_temporal_cli",
    "temporal_server",
]
