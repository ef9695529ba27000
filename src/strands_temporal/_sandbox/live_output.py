"""The output of a running command on its way to the workflow's stream, for those who watch."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.service import RPCError

from .._streaming.pace import Pace
from .._streaming.published import plain
from .._streaming.signals import MAX_SIGNAL_BYTES, Signals
from .._streaming.waiting import wait_for_first

logger = logging.getLogger("strands_temporal")

LARGEST = MAX_SIGNAL_BYTES // 16
"""Characters of one event: a signal takes one, even if each of them is six bytes of JSON, and that in base64."""


class LiveOutput:
    """One attempt's output, published batch by batch. What cannot be published is in the result all the same."""

    def __init__(self, sandbox_name: str, topic: str, interval: timedelta | None, limit: int | None) -> None:
        """Begin.

        Args:
            sandbox_name: The sandbox.
            topic: Topic of the workflow's stream.
            interval: Time between batches; None for one that grows with the execution.
            limit: Characters to publish at most; None for any number.
        """
        info = activity.info()
        self._fields = {
            "sandbox_name": sandbox_name,
            "execution_id": f"{info.workflow_run_id}:{info.activity_id}",
            "attempt": info.attempt,
        }
        self._signals = Signals(topic)
        self._pace = Pace(interval)
        self._left = limit
        self._sequence = 0
        self._waiting: list[tuple[str, str]] = []
        self._some, self._closing = asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def heard(self, kind: str, data: str) -> None:
        """Take a piece of output."""
        if not data or self._left == 0:
            return
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        self._waiting.append((kind, data))
        if self._left == 0:
            self._waiting.append(("stderr", "\n[What comes now is not published: it is too much.]\n"))
        self._some.set()

    async def finish(self) -> None:
        """Publish what is left; the output has ended."""
        self._closing.set()
        await self._task

    async def close(self) -> None:
        """Publish nothing more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while not self._closing.is_set():
                await wait_for_first(self._closing.wait(), self._some.wait())
                if (delay := self._pace.wait(loop.time())) > 0:
                    await wait_for_first(self._closing.wait(), timeout=delay)
                await self._send()
            await self._send()  # what came while the last was on its way
        except RPCError as error:
            logger.warning("error=<%s> | the output of a command is no longer published", error)
            self._left = 0

    async def _send(self) -> None:
        self._some.clear()
        waiting, self._waiting = self._waiting, []
        batch: list[Any] = []
        size = 0
        for kind, data in _joined(waiting):
            event = {**self._fields, "sequence": self._sequence, "chunk": {"data": plain(data), "stream_type": kind}}
            entry = self._signals.entry(event)
            if batch and size + len(entry.data) > MAX_SIGNAL_BYTES:
                await self._signals.send(batch)
                batch, size = [], 0
            batch.append(entry)
            size += len(entry.data)
            self._sequence += 1
        if batch:
            await self._signals.send(batch)
            self._pace.sent(asyncio.get_running_loop().time(), content=True)


def _joined(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Adjacent pieces of one kind as one, but none too large for a signal."""
    joined: list[tuple[str, str]] = []
    for kind, data in pieces:
        for start in range(0, len(data), LARGEST):
            piece = data[start : start + LARGEST]
            if joined and joined[-1][0] == kind and len(joined[-1][1]) + len(piece) <= LARGEST:
                joined[-1] = (kind, joined[-1][1] + piece)
            else:
                joined.append((kind, piece))
    return joined
