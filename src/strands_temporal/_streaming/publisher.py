"""The activity's side of a topic: sends a reply's events to the workflow's stream, batch by batch."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

from temporalio import activity
from temporalio.contrib.workflow_streams import PublishEntry
from temporalio.service import RPCError

from .options import Streaming
from .pace import Pace
from .parts import part
from .published import is_content, items_of, void_mark
from .rest import position
from .signals import MAX_SIGNAL_BYTES, Signals
from .waiting import wait_for_first

logger = logging.getLogger("strands_temporal")

LAST_SEQUENCE = 2**53 - 1
"""The workflow's own: after it, the stream takes nothing more of that model call."""


class Publisher:
    """One attempt's events on their way to the stream, in their order, each once.

    A `messageStop`, and what comes after, stays here until the reply is recorded: so a mark is always about a reply
    that has not stopped, and a subscriber need not guess whether it means the one before.
    """

    def __init__(self, streaming: Streaming, *, by_workflow: bool) -> None:
        """Prepare for the running activity.

        Args:
            streaming: Topic, interval, and whether events are published raw.
            by_workflow: Whether the workflow publishes what is not sent when the reply is complete: from its
                `messageStop` on, and where events are joined anyway, from wherever this has come.
        """
        assert streaming.topic is not None
        self._signals = Signals(streaming.topic)
        self._raw = streaming.raw_events
        self._by_workflow = by_workflow
        self._leaves_text = by_workflow and not self._raw
        self._pace = Pace(streaming.interval)
        self._attempt = activity.info().attempt
        self._marked = self._attempt == 1
        self._events: list[Any] = []
        self._sent = 0
        self._stop: int | None = None
        self._stuck = False
        self._some, self._content, self._closing = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def heard(self, event: Any) -> None:
        """Take an event of the model.

        Raises:
            RPCError: The stream cannot be reached any more.
        """
        if self._task.done():
            self._task.result()
        if self._stop is None and part(event, "messageStop") is not None:
            self._stop = len(self._events)
        self._events.append(event)
        if self._stop is not None:
            return
        self._some.set()
        if not self._pace.led and not self._content.is_set() and is_content(event):
            self._content.set()

    async def finish(self) -> list[int] | None:
        """The reply is complete: send what is due.

        Returns:
            Where the workflow has to go on; None where all was sent.
        """
        self._closing.set()
        await self._task
        if not self._by_workflow:
            self._stop = None
        while not self._leaves_text and self._due():
            await self._send()
        return position(self._events, self._sent) if self._by_workflow else None

    async def close(self) -> None:
        """Send nothing more."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await self._task

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        closing = asyncio.create_task(self._closing.wait())
        try:
            while not self._stuck:
                await wait_for_first(closing, self._some.wait())
                if self._closing.is_set():
                    return
                delay = self._pace.wait(loop.time())
                if delay > 0:
                    content = () if self._pace.led else (self._content.wait(),)
                    await wait_for_first(closing, *content, timeout=delay)
                    if self._closing.is_set():
                        return
                await self._send()
        finally:
            closing.cancel()

    def _due(self) -> list[Any]:
        """The events that are to be sent and were not."""
        return self._events[self._sent : self._stop]

    async def _send(self) -> None:
        batch = self._due()
        self._some.clear()
        content = any(map(is_content, batch))
        try:
            await self._send_entries([self._signals.entry(item) for item in self._items(batch)])
        except RPCError:
            raise
        except Exception as error:  # of the user's payload codec or converter
            if not self._leaves_text:
                raise
            self._stuck = True
            logger.warning(
                "error=<%s: %s> | a reply's events could not be sent; they are published when it is complete. Mend the "
                "payload codec or converter of the worker's client",
                type(error).__name__,
                error,
            )
        if not self._stuck:
            self._marked = True
            self._sent += len(batch)
        self._pace.sent(asyncio.get_running_loop().time(), content=content)

    def _items(self, batch: Sequence[Any]) -> list[Any]:
        items = items_of(batch, raw=self._raw)
        return items if self._marked else [void_mark(retried(self._attempt - 1)), *items]

    async def _send_entries(self, entries: list[PublishEntry]) -> None:
        size = sum(len(each.data) for each in entries)
        if size <= MAX_SIGNAL_BYTES:
            return await self._signals.send(entries)
        if self._leaves_text:
            self._stuck = True  # too large for a signal; the reply, which has it anyway, takes it there
            return None
        for each in entries:
            await self._signals.send([each])
        return None


def retried(failed_attempt: int) -> str:
    """The words of the mark before a retried attempt."""
    return f"attempt {failed_attempt} of this model call failed; drop its text"
