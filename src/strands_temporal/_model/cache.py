"""Requests that a worker remembers, so that no call of its agents need be read from the history."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, NamedTuple

from .frozen import FrozenRequest
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


class SentKey(NamedTuple):
    """A request that a workflow of this process is waiting for."""

    run_id: str
    digest: str


class RequestCache:
    """The most recent requests, bounded in bytes; the workers of one plugin share it."""

    def __init__(self, max_bytes: int = CACHE_BYTES) -> None:
        """Create an empty cache.

        Args:
            max_bytes: Bytes to keep; a request that is larger by itself is not kept.
        """
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[CallKey | SentKey, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()  # the plugin's workers may run on several threads

    def get(self, key: CallKey) -> RecordedRequest | None:
        """The request of a call, if it is remembered."""
        return self._get(key)

    def get_sent(self, key: SentKey) -> FrozenRequest | None:
        """A request that was sent, if it is remembered."""
        return self._get(key)

    def put(self, key: CallKey, request: RecordedRequest) -> None:
        """Remember the request of a call, and forget the oldest ones where they do not fit."""
        self._put(key, request, request.size())

    def put_sent(self, key: SentKey, request: FrozenRequest) -> None:
        """Remember a request that is being sent; the same as `put`."""
        self._put(key, request, request.size())

    def drop(self, key: CallKey | SentKey) -> None:
        """Forget a request; it has been superseded."""
        with self._lock:
            self._drop(key)

    def _get(self, key: CallKey | SentKey) -> Any:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def _put(self, key: CallKey | SentKey, request: Any, size: int) -> None:
        with self._lock:
            self._drop(key)
            if size > self._max_bytes:
                return
            self._entries[key] = (request, size)
            self._bytes += size
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._entries)))

    def _drop(self, key: CallKey | SentKey) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self._bytes -= entry[1]
