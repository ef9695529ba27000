"""Requests that a worker remembers, so that the next call of the same agent need not be read from the history."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import NamedTuple

from .recorded import RecordedRequest

CACHE_BYTES = 64 * 1024 * 1024
"""Memory for remembered requests, per plugin: some 300 conversations of 200 KB."""


class CallKey(NamedTuple):
    """One model call of one workflow run."""

    namespace: str
    workflow_id: str
    run_id: str
    activity_id: str
    replied: bool
    """Whether the reply is part of it."""


class RequestCache:
    """The most recent requests, bounded in bytes; the workers of one plugin share it."""

    def __init__(self, max_bytes: int = CACHE_BYTES) -> None:
        """Create an empty cache.

        Args:
            max_bytes: Bytes to keep; a request that is larger by itself is not kept.
        """
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[CallKey, tuple[RecordedRequest, int]] = OrderedDict()
        self._lock = threading.Lock()  # the plugin's workers may run on several threads

    def get(self, key: CallKey) -> RecordedRequest | None:
        """The request of a call, if it is remembered."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: CallKey, request: RecordedRequest) -> None:
        """Remember the request of a call, and forget the oldest ones where they do not fit."""
        size = request.size()
        with self._lock:
            self._drop(key)
            self._entries[key] = (request, size)
            self._bytes += size
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._entries)))

    def drop(self, key: CallKey) -> None:
        """Forget a call; it has been superseded."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: CallKey) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self._bytes -= entry[1]
