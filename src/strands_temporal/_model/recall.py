"""Rebuilds a request from what the worker remembers, and where it remembers nothing, from the run's own history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from temporalio import activity

from .cache import CallKey, RequestCache
from .history import calls_backwards
from .recorded import RecordedRequest


class Recall:
    """One call's way to its whole request."""

    def __init__(self, cache: RequestCache, wire: Mapping[str, Any]) -> None:
        """Prepare for the request of the activity that is running.

        Args:
            cache: What the worker remembers.
            wire: The request, of version 2.
        """
        self._cache = cache
        self._wire = wire

    async def request(self) -> RecordedRequest:
        """The whole request.

        Raises:
            ValueError: It cannot be rebuilt.
            temporalio.service.RPCError: The history could not be read.
        """
        own = self._key(activity.info().activity_id, replied=False)
        request = self._cache.get(own)  # of an attempt before this one
        if request is None:
            request = RecordedRequest.rebuild(self._wire, await self._base(self._wire.get("parent")))
            self._cache.put(own, request)
        return request

    def replied(self, request: RecordedRequest, events: Any) -> None:
        """Remember the request with its reply, in the place of the one that it edits."""
        own = activity.info().activity_id
        self._cache.put(self._key(own, replied=True), request.with_reply(events))
        self._cache.drop(self._key(own, replied=False))
        if (parent := self._wire.get("parent")) is not None:
            self._cache.drop(self._key(parent, replied=True))

    async def _base(self, parent: str | None) -> RecordedRequest:
        """The request of an earlier call, with its reply."""
        edits: list[tuple[Mapping[str, Any], Any]] = []  # from the last to the first
        base = self._known(parent)
        if base is None:
            async for wire, reply in calls_backwards(activity.client(), activity.info(), parent):
                edits.append((wire, reply))
                if (base := self._known(wire.get("parent"))) is not None:
                    break
        if base is None:
            raise ValueError(
                f"The history has no model call with the activity id {parent!r}, which this request edits."
            )
        for wire, reply in reversed(edits):
            base = RecordedRequest.rebuild(wire, base).with_reply(reply)
        return base

    def _known(self, parent: str | None) -> RecordedRequest | None:
        if parent is None:
            return RecordedRequest()
        return self._cache.get(self._key(parent, replied=True))

    def _key(self, activity_id: str, *, replied: bool) -> CallKey:
        info = activity.info()
        assert info.workflow_id and info.workflow_run_id
        return CallKey(info.namespace, info.workflow_id, info.workflow_run_id, activity_id, replied)
