"""When the next batch of a reply is due: the first content at once, then at intervals that may grow with the reply."""

from __future__ import annotations

from datetime import timedelta

from .options import BATCH_INTERVAL

GATHER_SECONDS = 0.01
"""How long what comes before the first content waits for it; providers send both together."""

GROWTH = 0.75
"""A growing interval, as a part of the reply's age: a reply's batches grow with the logarithm of its length."""

MAX_SECONDS = 2.0
"""The longest that an interval grows to."""


class Pace:
    """The times of one reply's batches, in seconds of any clock."""

    def __init__(self, interval: timedelta | None) -> None:
        """Begin.

        Args:
            interval: Time between batches; None for one that grows.
        """
        self._grows = interval is None
        self._interval = (interval or BATCH_INTERVAL).total_seconds()
        self._first: float | None = None
        self._last = 0.0

    @property
    def led(self) -> bool:
        """Whether content was sent already."""
        return self._first is not None

    def wait(self, now: float) -> float:
        """Seconds until what is there now is to be sent."""
        if self._first is None:
            return GATHER_SECONDS
        interval = self._interval
        if self._grows:
            interval = max(interval, min(MAX_SECONDS, GROWTH * (self._last - self._first)))
        return self._last + interval - now

    def sent(self, now: float, *, content: bool) -> None:
        """Note that a batch was sent, with content or with what comes before."""
        if self._first is None and content:
            self._first = now
        self._last = now
