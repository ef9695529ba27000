"""The open connections of one server: one for each context, and no more of them than the worker may have."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .connection import Connection
from .errors import ServerLostError

logger = logging.getLogger("strands_temporal")


@dataclass(frozen=True)
class Purpose:
    """What a connection is for.

    Attributes:
        context: The context of its client, in canonical form; None for none.
        alone: Whether it serves one call at a time. MCP does not say which call a server's question belongs to.
    """

    context: str | None = None
    alone: bool = False


class Slot:
    """One place in the pool: a connection that is being opened, is open, or is being closed."""

    def __init__(self, purpose: Purpose, opening: asyncio.Task[Connection]) -> None:
        """Create it for a connection that is being opened."""
        self.purpose = purpose
        self.opening = opening
        self.users = 0
        self.left = False
        """Whether it takes no more calls."""
        self.used = 0
        """Which use of the pool was its last."""
        self.timer: asyncio.TimerHandle | None = None
        self.closing: asyncio.Task[None] | None = None

    @property
    def connection(self) -> Connection | None:
        """Its connection, if it is open."""
        done = self.opening.done() and not self.opening.cancelled() and self.opening.exception() is None
        return self.opening.result() if done else None

    @property
    def lost(self) -> bool:
        """Whether its connection has ended, or could not be opened."""
        return self.opening.done() and (self.connection is None or self.connection.lost)

    def stop_timer(self) -> None:
        """It is in use, or is about to be closed."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Pool:
    """The connections of one server. All of it runs on the worker's loop."""

    def __init__(self, server: str, idle: timedelta, limit: int) -> None:
        """Create it; nothing is connected yet.

        Args:
            server: Name of the server.
            idle: How long a connection stays open that nobody uses.
            limit: How many connections may be open.
        """
        self._server = server
        self._idle = idle.total_seconds()
        self._limit = limit
        self._slots: list[Slot] = []
        """In the order in which they were opened."""
        self._uses = 0
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def using(
        self, purpose: Purpose, open: Callable[[], Coroutine[Any, Any, Connection]]
    ) -> AsyncGenerator[Connection, None]:
        """A connection for a purpose, opened if there is none; inside of this it is not idle.

        A connection that fails inside takes no more calls: the next gets a fresh one. Where as many are open as may
        be, the one that was idle for longest is closed; where none is idle, this waits.

        Raises:
            ServerLostError: The server cannot be reached.
        """
        slot = await self._slot(purpose, open)
        try:
            connection = await asyncio.shield(slot.opening)  # a cancelled caller must not take it from the others
            if connection.lost:
                raise ServerLostError(
                    f"MCP server {self._server!r} has ended as soon as it was connected", connecting=True
                )
            connection.in_flight += 1
            try:
                yield connection
            finally:
                connection.in_flight -= 1
                if connection.left:
                    self._leave(slot)
        except ServerLostError:
            self._leave(slot)
            raise
        finally:
            slot.users -= 1
            self._rest(slot)

    async def close(self) -> None:
        """Close all that is open; the worker has stopped, so nobody uses it any more."""
        await asyncio.gather(*(self._end(slot) for slot in list(self._slots)))

    def ends(self) -> Sequence[Callable[[], object]]:
        """What closes all that is open, for callers that cannot await: functions that block."""
        ends: list[Callable[[], object]] = []
        for slot in self._slots:
            slot.stop_timer()
            slot.opening.cancel()
            if (connection := slot.connection) is not None:
                ends.append(connection.end)
        self._slots.clear()
        return ends

    async def _slot(self, purpose: Purpose, open: Callable[[], Coroutine[Any, Any, Connection]]) -> Slot:
        slot = self._usable(purpose)
        # While a call waits for a place, the oldest connection takes no more calls, or it might wait for ever.
        if slot is not None and not (self._waiting and slot is self._oldest()):
            return self._take(slot)
        if slot is None and not self._waiting and len(self._slots) < self._limit:
            return self._take(self._open(purpose, open))
        self._waiting += 1
        try:
            async with self._turn:  # one after the other, in the order in which they came
                said = False
                while True:
                    if (slot := self._usable(purpose)) is not None:
                        return self._take(slot)
                    if len(self._slots) < self._limit:
                        return self._take(self._open(purpose, open))
                    self._changed.clear()
                    if (idle := self._longest_idle()) is not None:
                        self._leave(idle)
                    elif not said and not any(each.closing for each in self._slots):
                        said = True
                        logger.warning(
                            "MCP server %r: all %d connections are in use, so a call waits for one; "
                            "StrandsPlugin(mcp_max_connections=...) sets how many there may be",
                            self._server,
                            self._limit,
                        )
                    await self._changed.wait()
        finally:
            self._waiting -= 1

    def _usable(self, purpose: Purpose) -> Slot | None:
        """The connection for a purpose that was used last; those that have ended are left."""
        found: Slot | None = None
        for slot in list(self._slots):
            if slot.left or slot.purpose != purpose or (purpose.alone and slot.users):
                continue
            if slot.lost:
                if slot.connection is not None:
                    logger.info("MCP server %r: a connection has ended, a new one is made", self._server)
                self._leave(slot)
            elif found is None or slot.used > found.used:
                found = slot
        return found

    def _oldest(self) -> Slot | None:
        return next((slot for slot in self._slots if not slot.left), None)

    def _longest_idle(self) -> Slot | None:
        idle = [slot for slot in self._slots if not slot.users and not slot.left]
        return min(idle, key=lambda slot: slot.used, default=None)

    def _take(self, slot: Slot) -> Slot:
        slot.users += 1
        self._uses += 1
        slot.used = self._uses
        slot.stop_timer()
        return slot

    def _open(self, purpose: Purpose, open: Callable[[], Coroutine[Any, Any, Connection]]) -> Slot:
        context = contextvars.Context()  # not that of the call which happens to be the first
        slot = Slot(purpose, context.run(asyncio.get_running_loop().create_task, open()))
        slot.opening.add_done_callback(lambda _: slot.connection)  # takes notice of an exception nobody waits for
        self._slots.append(slot)
        return slot

    def _rest(self, slot: Slot) -> None:
        """Somebody has stopped using a connection."""
        if slot.users:
            return
        if slot.left:
            self._leave(slot)
        else:
            slot.stop_timer()
            slot.timer = asyncio.get_running_loop().call_later(self._idle, self._leave, slot)
        self._changed.set()

    def _leave(self, slot: Slot) -> None:
        """Give a connection no more calls, and close it as soon as nobody uses it."""
        slot.left = True
        slot.stop_timer()
        if not slot.users and slot.closing is None:
            slot.closing = asyncio.ensure_future(self._end(slot))

    async def _end(self, slot: Slot) -> None:
        slot.left = True
        slot.stop_timer()
        try:
            if not slot.opening.done():
                slot.opening.cancel()
                await asyncio.wait([slot.opening])
            if (connection := slot.connection) is not None:
                await connection.close()
        finally:
            if slot in self._slots:
                self._slots.remove(slot)
            self._changed.set()
