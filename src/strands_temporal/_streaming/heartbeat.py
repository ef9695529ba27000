"""The activity's side of live text: the newest text of a running reply, in the details of its heartbeat."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import activity

from .parts import part
from .published import plain
from .raw_heartbeat import RawHeartbeat
from .waiting import wait_for_first

WINDOW = 8192
"""Characters of the newest text that a heartbeat carries."""

VERSION = 1

QUIET_FACTOR = 10
"""How much more seldom a heartbeat is made while nothing new is said."""


class LiveHeartbeat:
    """Heartbeats of the running activity that carry what its model has said.

    They go past the SDK's own, which it holds back for most of the heartbeat timeout.
    """

    def __init__(self, agent_name: str | None, interval: timedelta, end_call: Callable[[], object]) -> None:
        """Begin to beat.

        Args:
            agent_name: Name of the agent, for the reader.
            interval: Least time between two heartbeats; ten times as long while nothing new is said.
            end_call: Ends the model call, which was cancelled or is of an attempt that the server has given up.
        """
        self._raw = RawHeartbeat(end_call)
        self._agent_name, self._attempt = agent_name, activity.info().attempt
        self._interval = interval.total_seconds()
        self._text, self._offset = "", 0
        self._tool: str | None = None
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def heard(self, event: Any) -> None:
        """Take an event of the model."""
        if tool := part(event, "contentBlockStart", "start", "toolUse", "name"):
            self._tool = tool
            self._news.set()
        elif part(event, "contentBlockStop") is not None:
            self._tool = None
        elif isinstance(text := part(event, "contentBlockDelta", "delta", "text"), str) and text:
            self._text += text
            if (past := len(self._text) - WINDOW) > 0:
                self._offset += past
                self._text = self._text[past:]
            self._news.set()

    def beat(self) -> None:
        """Make the SDK's own heartbeat, without which it would take the activity for lost.

        Without details: where the data converter fails in writing these, the SDK ends the activity. So they are sent
        again after it.
        """
        activity.heartbeat()
        self._news.set()

    def details(self) -> dict[str, Any]:
        """What a heartbeat carries."""
        details: dict[str, Any] = {"version": VERSION, "agent": self._agent_name, "attempt": self._attempt}
        return plain({**details, "offset": self._offset, "text": self._text, "tool": self._tool})

    async def close(self) -> None:
        """Beat no more."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def leave_if_ended(self) -> None:
        """Leave the activity, where its call was ended by this heartbeat."""
        await self._raw.leave_if_ended()

    async def _run(self) -> None:
        while True:
            # Without news too, to learn of a cancellation.
            await wait_for_first(self._news.wait(), timeout=QUIET_FACTOR * self._interval)
            self._news.clear()
            if not await self._raw.beat(self.details()):
                return
            await asyncio.sleep(self._interval)
