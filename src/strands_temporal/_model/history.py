"""Reads earlier model calls of the running activity's own workflow run, from the newest back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from temporalio import activity
from temporalio.api.common.v1 import Payloads, WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client
from temporalio.converter import ActivitySerializationContext

from .request import ACTIVITY_NAME, ModelReply


async def calls_backwards(
    client: Client, info: activity.Info, activity_id: str | None
) -> AsyncIterator[tuple[Mapping[str, Any], list[Any]]]:
    """Go back from one model call to the call that it edits, to the one that that edits, and so on to a whole request.

    Only the payloads of these calls are decoded, each once, through the client's data converter.

    Args:
        client: The worker's client.
        info: The running activity; its workflow run is read.
        activity_id: The call to begin with.

    Yields:
        Request and reply events of each call. Fewer than the chain has where the history does not hold them.
    """
    completed: dict[int, Payloads] = {}
    async for event in _events_backwards(client, info):
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            done = event.activity_task_completed_event_attributes
            completed[done.scheduled_event_id] = done.result
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            result = completed.pop(event.event_id, None)
            scheduled = event.activity_task_scheduled_event_attributes
            if scheduled.activity_id != activity_id or scheduled.activity_type.name != ACTIVITY_NAME or result is None:
                continue
            converter = client.data_converter.with_context(
                ActivitySerializationContext(
                    namespace=client.namespace,
                    workflow_id=info.workflow_id,
                    workflow_type=info.workflow_type,
                    activity_type=scheduled.activity_type.name,
                    activity_id=scheduled.activity_id,
                    activity_task_queue=scheduled.task_queue.name,
                    is_local=False,
                )
            )
            (wire,) = await converter.decode(scheduled.input.payloads)
            (reply,) = await converter.decode(result.payloads)
            yield wire, ModelReply.from_wire(reply).events
            activity_id = wire.get("parent")
            if activity_id is None:
                return


async def _events_backwards(client: Client, info: activity.Info) -> AsyncIterator[HistoryEvent]:
    assert info.workflow_id and info.workflow_run_id
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=info.workflow_id, run_id=info.workflow_run_id),
    )
    while True:
        page = await client.workflow_service.get_workflow_execution_history_reverse(request, retry=True)
        for event in page.history.events:
            yield event
        request.next_page_token = page.next_page_token
        if not page.next_page_token:
            return
