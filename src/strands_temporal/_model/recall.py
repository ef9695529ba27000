"""Finds a call's whole request: at hand from the workflow, from what is remembered, or from the run's own history."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from temporalio import activity

from .cache import CallKey, RequestCache, SentKey
from .history import calls_backwards
from .recorded import RecordedRequest
from .request import MAY_ASK, MAY_DIFFER, ModelRequest, RecordedDigests


class AskForAllError(Exception):
    """The request cannot be rebuilt here, and the workflow offers to send it in another way."""

    def __init__(self, base: RecordedDigests | None = None) -> None:
        """Ask.

        Args:
            base: What there is of the call that the request edits, which is not what the workflow took it for; None
                where nothing is known here.
        """
        super().__init__()
        self.base = base


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
        self._recorded: RecordedRequest | None = None

    async def request(self) -> ModelRequest:
        """The whole request.

        Raises:
            AskForAllError: The workflow is to send all of it.
            ValueError: It cannot be rebuilt.
            temporalio.service.RPCError: The history could not be read.
        """
        run_id = activity.info().workflow_run_id
        assert run_id
        if (sent := self._cache.get_sent(SentKey(run_id, self._wire["digest"]))) is not None:
            return sent.to_request()
        own = self._key(activity.info().activity_id, replied=False)
        self._recorded = self._cache.get(own)  # of an attempt before this one
        if self._recorded is None:
            self._recorded = await self._rebuilt()
            self._cache.put(own, self._recorded)
        return self._recorded.to_request()

    def replied(self, events: Any) -> None:
        """Remember the request with its reply, in the place of the one that it edits."""
        if self._recorded is None:  # the workflow is in this process, and will give the next one whole too
            return
        own = activity.info().activity_id
        self._cache.put(self._key(own, replied=True), self._recorded.with_reply(events))
        self._cache.drop(self._key(own, replied=False))
        if (parent := self._wire.get("parent")) is not None:
            self._cache.drop(self._key(parent, replied=True))

    async def _rebuilt(self) -> RecordedRequest:
        base: RecordedRequest | None = None
        try:
            base = await self._base(self._wire.get("parent"))
            return base.rebuild(self._wire)
        except ValueError:
            # The workflow replays with other code than it ran with, and took what that makes for what was recorded.
            if not self._wire.get(MAY_DIFFER):
                raise
            raise AskForAllError((base or RecordedRequest()).digests()) from None

    async def _base(self, parent: str | None) -> RecordedRequest:
        """The request of an earlier call, with its reply."""
        edits: list[tuple[Mapping[str, Any], Any]] = []  # from the last to the first
        base = self._known(parent)
        if base is None:
            if self._wire.get(MAY_ASK):
                raise AskForAllError
            async with aclosing(calls_backwards(activity.client(), activity.info(), parent)) as calls:
                async for wire, reply in calls:
                    edits.append((wire, reply))
                    if (base := self._known(wire.get("parent"))) is not None:
                        break
        if base is None:
            raise ValueError(
                f"The history has no model call with the activity id {parent!r}, which this request edits."
            )
        for wire, reply in reversed(edits):
            base = base.edited(wire).with_reply(reply)
        return base

    def _known(self, parent: str | None) -> RecordedRequest | None:
        if parent is None:
            return RecordedRequest()
        return self._cache.get(self._key(parent, replied=True))

    def _key(self, activity_id: str, *, replied: bool) -> CallKey:
        info = activity.info()
        assert info.workflow_id and info.workflow_run_id
        return CallKey(info.namespace, info.workflow_id, info.workflow_run_id, activity_id, replied)
