"""Reads earlier model calls of the running activity's own workflow run, from the newest back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from temporalio import activity
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import ActivityTaskScheduledEventAttributes, HistoryEvent
from temporalio.client import Client
from temporalio.converter import ActivitySerializationContext, DataConverter

from .._streaming.options import STREAMING_ACTIVITY_NAME
from .pages import pages
from .request import ACTIVITY_NAME, ModelReply

MODEL_CALLS = (ACTIVITY_NAME, STREAMING_ACTIVITY_NAME)

_SCHEDULED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
_COMPLETED = EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED


async def calls_backwards(
    client: Client, info: activity.Info, activity_id: str | None
) -> AsyncGenerator[tuple[Mapping[str, Any], list[Any]], None]:
    """Go back from one model call to the call that it edits, to the one that that edits, and so on to a whole request.

    Only the payloads of these calls are decoded, each once, through the client's data converter.

    Args:
        client: The worker's client.
        info: The running activity; its workflow run is read.
        activity_id: The call to begin with.

    Yields:
        Request and reply events of each call. Fewer than the chain has where the history does not hold them.
    """
    calls = _Calls()
    async with aclosing(pages(client, info)) as read:
        async for events in read:
            calls.add(events)
            while (call := calls.completed.pop(activity_id, None)) is not None:
                scheduled, result = call
                converter = _converter(client, info, scheduled)
                (wire,) = await converter.decode(scheduled.input.payloads)
                (reply,) = await converter.decode(result.payloads)
                yield wire, ModelReply.from_wire(reply).events
                activity_id = wire.get("parent")
            if activity_id is None:
                return


class _Calls:
    """The model calls among the events that were read, whichever of a call's events was first."""

    def __init__(self) -> None:
        self.completed: dict[str | None, tuple[ActivityTaskScheduledEventAttributes, Payloads]] = {}
        self._scheduled: dict[int, ActivityTaskScheduledEventAttributes] = {}
        self._results: dict[int, Payloads] = {}

    def add(self, events: Iterable[HistoryEvent]) -> None:
        for event in events:
            kind = event.event_type
            if kind == _COMPLETED:
                done = event.activity_task_completed_event_attributes
                key = done.scheduled_event_id
                self._results[key] = done.result
            elif kind == _SCHEDULED:
                key = event.event_id
                scheduled = event.activity_task_scheduled_event_attributes
                if scheduled.activity_type.name in MODEL_CALLS:
                    self._scheduled[key] = scheduled
            else:
                continue
            if key in self._scheduled and key in self._results:
                scheduled = self._scheduled.pop(key)
                self.completed[scheduled.activity_id] = (scheduled, self._results.pop(key))


def _converter(client: Client, info: activity.Info, call: ActivityTaskScheduledEventAttributes) -> DataConverter:
    """The client's converter, as the activity itself had it."""
    return client.data_converter.with_context(
        ActivitySerializationContext(
            namespace=client.namespace,
            workflow_id=info.workflow_id,
            workflow_type=info.workflow_type,
            activity_type=call.activity_type.name,
            activity_id=call.activity_id,
            activity_task_queue=call.task_queue.name,
            is_local=False,
        )
    )
