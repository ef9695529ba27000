"""What an agent publishes beside its model's events, where it was asked to: tool calls, and its result."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from strands import Agent
from strands.agent import AgentResult
from strands.hooks import AfterToolCallEvent, BeforeToolCallEvent, HookOrder

from .._model import codec
from .hosted import Hosted
from .published import items_of

logger = logging.getLogger("strands_temporal")


class AgentEvents:
    """Publishes events of one agent. They are published by workflow code, so they cost no history."""

    def __init__(self, agent: Agent, hosted: Hosted) -> None:
        """Listen to the agent, as far as its options say."""
        self._agent = agent
        self._hosted = hosted
        if hosted.streaming.tool_events:
            # After all hooks of the user, which may change the call and its result.
            agent.hooks.add_callback(BeforeToolCallEvent, self._before, order=HookOrder.SDK_LAST)
            agent.hooks.add_callback(AfterToolCallEvent, self._after, order=HookOrder.SDK_LAST)

    def heard(self, event: Mapping[str, Any]) -> None:
        """Take an event of `stream_async`."""
        streaming = self._hosted.streaming
        if streaming.tool_events and event.get("type") == "tool_stream":
            self._publish({"type": "tool_stream", "tool_stream_event": event["tool_stream_event"]})
        elif streaming.result and isinstance(result := event.get("result"), AgentResult):
            self._publish({"type": "result", "result": result.to_dict()})

    def _before(self, event: BeforeToolCallEvent[Any]) -> None:
        self._publish({"type": "tool_start", "tool_use": event.tool_use})

    def _after(self, event: AfterToolCallEvent[Any]) -> None:
        if not event.retry:
            self._publish({"type": "tool_result", "tool_result": event.result})

    def _publish(self, item: Mapping[str, Any]) -> None:
        try:
            codec.encode(item)
        except TypeError as error:
            logger.debug("type=<%s>, error=<%s> | event is not published", item["type"], error)
            return
        self._hosted.publish(items_of([{**item, "agent": self._agent.name}], raw=True)[0])
