"""When a worker that does not know a conversation may ask for all of it, where it would read the history otherwise."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from temporalio import workflow

READ_BYTES = 1024 * 1024
"""Bytes of history that are read sooner than asked for: some 125 turns of 2 KB of new text with a tool call each."""

WHOLE_BYTES = 500 * 1024
"""Bytes that a request has at most that is sent whole for this, compressed; some 400 turns of 2 KB of new text.
Temporal logs a warning of payloads of 512 KiB."""

_GROWTH = 3

_ATTRIBUTE = "__strands_temporal_whole_requests"


class WholeRequests:
    """The whole requests that the workers of one workflow run ask for.

    What they carry is in the history once more, so they are rationed, for all agents together: the next may come when
    the history has grown by three times the one before. So all of them are at most a third of what the history would
    have without them, even with a new worker for every call; and no workflow task makes two of them.
    """

    def __init__(self) -> None:
        """Allow the first after `READ_BYTES` of history."""
        self._due_at: float = READ_BYTES

    @staticmethod
    def of_run() -> WholeRequests:
        """Those of the running workflow."""
        loop: Any = asyncio.get_running_loop()
        found: WholeRequests | None = getattr(loop, _ATTRIBUTE, None)
        if found is None:
            found = WholeRequests()
            setattr(loop, _ATTRIBUTE, found)
        return found

    def are_due(self) -> bool:
        """Whether one may be asked for."""
        return _history_bytes() >= self._due_at

    @contextmanager
    def asked_for(self) -> Generator[bool]:
        """Take a turn for as long as the call lasts that was asked for; yields whether it may be sent whole."""
        before = _history_bytes()
        if before < self._due_at:
            yield False
            return
        self._due_at, now = math.inf, before
        try:
            yield True
            now = _history_bytes()
        finally:
            self._due_at = now + max(READ_BYTES, _GROWTH * (now - before))


def _history_bytes() -> int:
    return workflow.info().get_current_history_size()
