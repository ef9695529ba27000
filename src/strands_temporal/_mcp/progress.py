"""A tool's progress on its way from an attempt to the workflow's stream: the newest now and then, not every step."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from typing import Any

from .._streaming.signals import Signals

INTERVAL_SECONDS = 1.0
"""Time between two signals of one call; each stands in the history."""

logger = logging.getLogger("strands_temporal")


class ProgressStream:
    """Publishes one attempt's progress."""

    def __init__(self, topic: str, agent_name: str, tool_use: Mapping[str, Any]) -> None:
        """Prepare for the running activity.

        Args:
            topic: The stream's topic.
            agent_name: Name of the agent, for the reader.
            tool_use: The call, as the model made it.
        """
        self._signals = Signals(topic)
        self._agent_name, self._tool_use = agent_name, dict(tool_use)
        self._newest: Mapping[str, Any] | None = None
        self._task: asyncio.Task[None] | None = None

    def say(self, progress: Mapping[str, Any]) -> None:
        """The tool is that far."""
        self._newest = progress
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Say no more; the tool has ended."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while self._newest is not None:
            newest, self._newest = self._newest, None
            event = {"tool_use": self._tool_use, "data": dict(newest)}
            item = {"type": "tool_stream", "tool_stream_event": event, "agent": self._agent_name}
            try:
                await self._signals.send([self._signals.entry(item)])
            except Exception as error:  # of a payload codec too: what a tool has done is not lost for its progress
                logger.debug("error=<%s> | a tool's progress was not published", error)
            await asyncio.sleep(INTERVAL_SECONDS)
