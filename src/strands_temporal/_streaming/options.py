"""What an agent shows to clients while it works: keywords at the public edge, one checked object inside."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .._errors import InvalidOptionError, named

BATCH_INTERVAL = timedelta(milliseconds=100)
"""Time between two batches, where the user sets none; it grows with the reply."""

LIVE_INTERVAL = timedelta(milliseconds=100)
"""Time between two heartbeats with live text, where the user sets none."""

MIN_INTERVAL = timedelta(milliseconds=1)

STREAMING_ACTIVITY_NAME = "invoke_model_streaming"
"""Wire format: the activity of model calls that publish."""

# Entries of the activity's input. The first two are the official plugin's too.
_TOPIC, _INTERVAL = "streaming_topic", "streaming_batch_interval_seconds"
_RAW, _LIVE = "streaming_raw_events", "live_text_seconds"


@dataclass(frozen=True)
class Streaming:
    """What an agent publishes.

    Attributes:
        topic: Topic of the workflow's `WorkflowStream`; None for no publishing.
        interval: Time between batches; None for one that grows with the reply.
        raw_events: Whether each event of the model is published as it is.
        tool_events: Whether begin, events and end of tool calls are published.
        result: Whether the result of an invocation is published.
        live: Time between two heartbeats with live text; None for no live text.
    """

    topic: str | None = None
    interval: timedelta | None = None
    raw_events: bool = False
    tool_events: bool = False
    result: bool = False
    live: timedelta | None = None

    @staticmethod
    def of(keywords: MutableMapping[str, Any]) -> Streaming:
        """Take the keywords of `TemporalAgent` that are about this out of all of them.

        Raises:
            InvalidOptionError: One has a wrong type or value, or one that needs a topic has none.
        """
        topic, interval = check_topic("TemporalAgent", keywords)
        flags: dict[str, bool] = {}
        for name in ("raw_events", "tool_events", "result"):
            flags[name] = flag = keywords.pop(f"streaming_{name}", False)
            if not isinstance(flag, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidOptionError(f"TemporalAgent(streaming_{name}=...) takes True or False, not {named(flag)}.")
            if flag and topic is None:
                raise InvalidOptionError(
                    f"TemporalAgent(streaming_{name}=True) needs a topic to publish to: streaming_topic='events'."
                )
        live = keywords.pop("live_text", False)
        if live is True:
            live = LIVE_INTERVAL
        elif live is False or live is None:
            live = None
        else:
            _check_interval("TemporalAgent", "live_text", live)
        return Streaming(topic, interval, live=live, **flags)

    @property
    def activity_name(self) -> str | None:
        """The activity of this agent's model calls; None for the one of all others."""
        return None if self.topic is None else STREAMING_ACTIVITY_NAME

    def to_wire(self) -> dict[str, Any]:
        """The entries of a model request, for the activity."""
        wire: dict[str, Any] = {}
        if self.topic is not None:
            wire[_TOPIC] = self.topic
            if self.interval is not None:
                wire[_INTERVAL] = self.interval.total_seconds()
            if self.raw_events:
                wire[_RAW] = True
        if self.live is not None:
            wire[_LIVE] = self.live.total_seconds()
        return wire

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> Streaming:
        """Read the entries, of this package's requests or of the official plugin's, which publish every event."""
        interval, live = wire.get(_INTERVAL), wire.get(_LIVE)
        return Streaming(
            topic=wire.get(_TOPIC) or None,
            interval=None if interval is None else timedelta(seconds=interval),
            raw_events=bool(wire.get(_RAW, "version" not in wire)),
            live=None if live is None else timedelta(seconds=live),
        )


def check_topic(owner: str, keywords: MutableMapping[str, Any]) -> tuple[str | None, timedelta | None]:
    """Take the topic and the time between its batches out of keywords.

    Args:
        owner: What they were given to, for error messages.
        keywords: With them or without.

    Raises:
        InvalidOptionError: One has a wrong type or value.
    """
    topic = keywords.pop("streaming_topic", None)
    if topic is not None and not (isinstance(topic, str) and topic):
        raise InvalidOptionError(f"{owner}(streaming_topic=...) takes the name of a topic, not {named(topic)}.")
    interval = keywords.pop("streaming_batch_interval", None)
    if interval is not None:
        _check_interval(owner, "streaming_batch_interval", interval)
    return topic, interval


def _check_interval(owner: str, name: str, value: Any) -> None:
    if not isinstance(value, timedelta):
        hint = "True, False or a timedelta" if name == "live_text" else "a timedelta"
        raise InvalidOptionError(
            f"{owner}({name}=...) takes {hint}, as in {name}=timedelta(milliseconds=100), not {named(value)}."
        )
    if value < MIN_INTERVAL:
        raise InvalidOptionError(f"{owner}({name}=...) must be 1 ms or longer, not {value}.")
