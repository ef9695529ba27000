"""The wire form of one model call: what the activity's input and result look like in the history.

Version 1 carries the whole request. A field that is empty is left out. The official plugin's requests have no
`version`, carry the same names unescaped, and get a plain list of events back; both are read here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import codec

logger = logging.getLogger("strands_temporal")

ACTIVITY_NAME = "invoke_model"
VERSION = 1

_STRANDS_STATE_KEYS = frozenset(
    {
        "agent",
        "model",
        "messages",
        "system_prompt",
        "tool_config",
        "request_state",
        "event_loop_cycle_id",
        "event_loop_cycle_span",
        "event_loop_cycle_trace",
        "event_loop_parent_cycle_id",
        "event_loop_parent_span",
    }
)
"""What Strands itself puts into invocation_state, the whole conversation among it; never sent."""

_CALL_FIELDS = (
    "messages",
    "tool_specs",
    "system_prompt",
    "system_prompt_content",
    "tool_choice",
    "invocation_state",
    "model_state",
    "agent_metadata",
    "dynamic_trailing_blocks",
)


@dataclass
class ModelRequest:
    """One call of a Strands model, with the names of `Model.stream`.

    Attributes:
        model_name: Which of the worker's `models` to call; None for the default model.
        agent_name: Name of the agent, for error messages and logs.
        agent_metadata: Fields of Strands' `AgentMetadata`.
    """

    model_name: str | None
    agent_name: str | None = None
    messages: list[Any] = field(default_factory=list[Any])
    tool_specs: list[Any] | None = None
    system_prompt: str | None = None
    system_prompt_content: list[Any] | None = None
    tool_choice: Any = None
    invocation_state: dict[str, Any] = field(default_factory=dict[str, Any])
    model_state: dict[str, Any] = field(default_factory=dict[str, Any])
    agent_metadata: dict[str, Any] | None = None
    dynamic_trailing_blocks: int = 0

    def to_wire(self) -> dict[str, Any]:
        """Write the request as JSON values."""
        wire: dict[str, Any] = {"version": VERSION, "model_name": self.model_name, "agent_name": self.agent_name}
        for name in _CALL_FIELDS:
            value = getattr(self, name)
            if value not in (None, {}, 0):
                wire[name] = codec.encode(value)
        return wire

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> ModelRequest:
        """Read a request of this or an older version, or of the official plugin.

        Raises:
            ValueError: The request was written by a newer version of this package.
        """
        version = wire.get("version")
        if version not in (None, VERSION):
            raise ValueError(
                f"The model request has version {version}, and this worker reads up to version {VERSION}. "
                "Upgrade strands-temporal on this worker, or run it on a task queue of its own."
            )
        fields = {name: wire[name] for name in _CALL_FIELDS if wire.get(name) is not None}
        if version is not None:
            fields = {name: codec.decode(value) for name, value in fields.items()}
        return ModelRequest(model_name=wire.get("model_name"), agent_name=wire.get("agent_name"), **fields)


@dataclass
class ModelReply:
    """What a model call returned: the provider's stream events, and the model state where it changed."""

    events: list[Any]
    model_state: dict[str, Any] | None = None

    def to_wire(self) -> dict[str, Any]:
        """Write the reply as JSON values."""
        wire: dict[str, Any] = {"version": VERSION, "events": codec.encode(self.events)}
        if self.model_state is not None:
            wire["model_state"] = codec.encode(self.model_state)
        return wire

    @staticmethod
    def from_wire(wire: Any) -> ModelReply:
        """Read a reply of this package or of the official plugin."""
        if isinstance(wire, list):
            return ModelReply(events=wire)  # pyright: ignore[reportUnknownArgumentType]
        return ModelReply(events=codec.decode(wire["events"]), model_state=codec.decode(wire.get("model_state")))


def user_state(invocation_state: Mapping[str, Any] | None) -> dict[str, Any]:
    """The caller's own entries of invocation_state, as far as they can be sent; logs what is left out."""
    state: dict[str, Any] = {}
    for key, value in (invocation_state or {}).items():
        if key in _STRANDS_STATE_KEYS:
            continue
        try:
            codec.encode(value)
        except TypeError as error:
            logger.debug("key=<%s>, error=<%s> | invocation_state entry is not sent to the model activity", key, error)
        else:
            state[key] = value
    return state
