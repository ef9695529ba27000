"""One call of a Strands model: what it is asked, and how that is read from every form that was ever written.

Version 2 is an edit of an earlier call's request (`outgoing.py` writes it, `recorded.py` reads it). Version 1 carries
the whole request. The official plugin's requests have no `version` and the same names as version 1, unescaped.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .._runtime.replay_logs import warn_once
from . import codec, official

ACTIVITY_NAME = "invoke_model"
DESCRIBE_NAME = "describe_model"
COUNT_NAME = "count_model_tokens"
VERSION = 2

MAY_ASK = "may_ask"
"""In a request: a worker that does not know what it edits may ask for all of it."""

PACKED = "packed_messages"
"""In a whole request that was asked for: all messages, in the place of `messages`."""

ASKS = "asks_for_all"
"""In a reply: no model was called, and the call is to be made again with all of its request."""

MAY_DIFFER = "may_differ"
"""In a request: a worker where its digest does not fit may tell what it has, in a reply that asks for all of it."""

BASE = "base"
"""In a reply that asks: the digests of what the worker has of the call that the request edits."""

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

FIELDS = (
    "model_name",
    "agent_name",
    "tool_specs",
    "system_prompt",
    "system_prompt_content",
    "tool_choice",
    "invocation_state",
    "model_state",
    "agent_metadata",
    "dynamic_trailing_blocks",
    "structured_output_model",
)
"""Everything of a request but its messages, by its names on the wire."""

EMPTY: tuple[Any, ...] = (None, {}, 0)
"""Values of fields that are left out."""


@dataclass
class ModelRequest:
    """One call of a Strands model, with the names of `Model.stream`.

    Attributes:
        model_name: Which of the worker's `models` to call; None for the default model.
        agent_name: Name of the agent, for who reads the history.
        agent_metadata: Fields of Strands' `AgentMetadata`.
        structured_output_model: Name and JSON schema of the output model that a provider is to enforce.
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
    structured_output_model: dict[str, Any] | None = None

    def fields(self) -> dict[str, Any]:
        """Everything but the messages, as far as it is not empty."""
        return {name: value for name in FIELDS if (value := getattr(self, name)) not in EMPTY}

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> ModelRequest:
        """Read a whole request, of version 1 or of the official plugin.

        Raises:
            ValueError: The request was written by a newer version of this package.
        """
        version = wire.get("version")
        if version not in (None, 1):
            raise ValueError(
                f"The model request has version {version}, and this worker reads up to version {VERSION}. "
                "Upgrade strands-temporal on this worker, or run it on a task queue of its own."
            )
        if version == 1:
            return ModelRequest._read(wire, codec.decode)
        request = ModelRequest._read(wire, lambda value: value)
        return replace(request, messages=official.decode_messages(request.messages))

    @staticmethod
    def of_question(wire: Mapping[str, Any]) -> ModelRequest:
        """Read what a model is asked about itself, which is whole in every version."""
        return ModelRequest._read(wire, codec.decode)

    @staticmethod
    def _read(wire: Mapping[str, Any], read: Callable[[Any], Any]) -> ModelRequest:
        fields: dict[str, Any] = {"model_name": None}
        fields |= {name: read(wire[name]) for name in (*FIELDS, "messages") if wire.get(name) is not None}
        return ModelRequest(**fields)


@dataclass(frozen=True)
class RecordedDigests:
    """What a worker has of a call, by digests.

    Attributes:
        messages: Digests of the request's messages and of the reply's, one after the other.
        fields: Digests of its other fields that are not empty.
    """

    messages: bytes = b""
    fields: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def to_wire(self) -> dict[str, str]:
        """Write them: each as Base64 by the name of its field, and `messages`."""
        digests = {"messages": self.messages, **self.fields}
        return {name: base64.b64encode(digest).decode("ascii") for name, digest in digests.items()}

    @staticmethod
    def from_wire(wire: Mapping[str, str]) -> RecordedDigests:
        """Read what `to_wire` wrote."""
        digests = {name: base64.b64decode(digest) for name, digest in wire.items()}
        return RecordedDigests(digests.pop("messages"), digests)


@dataclass
class ModelReply:
    """What a model call returned.

    Attributes:
        events: The provider's stream events, coalesced.
        model_state: The model's state, where it changed.
        activity_id: The call, as a later request names it; None from a call of version 1 or the official plugin.
        facts: What the model says of itself, where the request asked for it.
        is_official: Whether it has the official plugin's form, as the answer to a request of that plugin.
        asks_for_all: Whether no model was called, since the worker asks for the whole request.
        base: Where it asks since the request did not fit: what it has of the call that the request edits.
        request: Digest of the request that it answers; None from a call of an earlier version.
        left_out: What to tell the model of tool calls whose inputs were left out of the events, by their ids.
    """

    events: list[Any]
    model_state: dict[str, Any] | None = None
    activity_id: str | None = None
    facts: dict[str, Any] | None = None
    is_official: bool = False
    asks_for_all: bool = False
    base: RecordedDigests | None = None
    request: str | None = None
    left_out: dict[str, str] = field(default_factory=dict[str, str])

    def to_wire(self, version: int | None, more: Mapping[str, Any] | None = None) -> Any:
        """Write the reply in the form that goes with a request of that version."""
        if version is None:
            return official.encode(self.events)
        if self.asks_for_all:
            return {"version": version, ASKS: True, **({BASE: self.base.to_wire()} if self.base else {})}
        wire: dict[str, Any] = {"version": version, "events": codec.encode(self.events)}
        if version > 1:
            wire["id"] = self.activity_id
            wire["request"] = self.request
        if self.left_out:
            wire["left_out"] = codec.encode(self.left_out)
        for name in ("model_state", "facts"):
            if (value := getattr(self, name)) is not None:
                wire[name] = codec.encode(value)
        return {**wire, **(more or {})}

    @staticmethod
    def from_wire(wire: Any) -> ModelReply:
        """Read a reply of this package or of the official plugin."""
        if isinstance(wire, list):
            return ModelReply(official.decode_events(wire), is_official=True)  # pyright: ignore[reportUnknownArgumentType]
        if wire.get(ASKS):
            base = wire.get(BASE)
            return ModelReply([], asks_for_all=True, base=None if base is None else RecordedDigests.from_wire(base))
        events, model_state, facts = (codec.decode(wire.get(name)) for name in ("events", "model_state", "facts"))
        left_out = codec.decode(wire.get("left_out", {}))
        return ModelReply(events, model_state, wire.get("id"), facts, request=wire.get("request"), left_out=left_out)


def user_state(invocation_state: Mapping[str, Any] | None) -> dict[str, Any]:
    """The caller's own entries of invocation_state, as far as they can be sent; warns of what is left out."""
    state: dict[str, Any] = {}
    given = invocation_state or {}
    for key, value in given.items():
        if key in _STRANDS_STATE_KEYS:
            continue
        try:
            codec.encode({key: value})
        except TypeError as error:
            who = getattr(given.get("agent"), "name", None)
            warn_once(
                ("invocation_state", who, str(key)),
                f"invocation_state[{key!r}]{f' of agent {who!r}' if who else ''} is not sent to activities and child "
                f"workflows: {error}. Tools and hooks in the workflow see it. For the others pass JSON values or "
                "bytes, like an id by which they look the object up.",
            )
        else:
            state[key] = value
    return state
