"""The model calls that have ended since a client last looked, read from the newest events of a history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionDescription
from temporalio.converter import ActivitySerializationContext

from .._model.history import MODEL_CALLS
from .._model.request import ModelReply
from .parts import part

_FAILED = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: "activity_task_failed_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: "activity_task_timed_out_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: "activity_task_canceled_event_attributes",
}


@dataclass(frozen=True)
class Ended:
    """A model call that has ended.

    Attributes:
        activity_id: The call.
        agent_name: Name of the agent, where the call's request says it.
        parent: The call before it, of the same agent.
        attempt: Number of its last attempt.
        text: The text of the recorded reply.
        failed: Whether it ended without a reply.
        asked_for_all: Whether its worker asked for the whole request; another call follows in its place.
    """

    activity_id: str
    agent_name: str | None
    parent: str | None
    attempt: int
    text: str
    failed: bool
    asked_for_all: bool = False


async def ended_since(
    client: Client, workflow_id: str, run_id: str, description: WorkflowExecutionDescription, last_event: int
) -> tuple[list[Ended], int]:
    """The model calls of a run that have ended since an event.

    Args:
        client: The client.
        workflow_id: The workflow.
        run_id: The run.
        description: Of the workflow, for what a context-aware converter needs.
        last_event: Id of the last event that was looked at; 0 for none.

    Returns:
        The calls in the order they ended, and the id of the run's last event.
    """
    ends: dict[int, Any] = {}
    attempts: dict[int, int] = {}
    ended: list[tuple[int, Ended]] = []
    newest = last_event
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id)
    )
    while True:
        page = await client.workflow_service.get_workflow_execution_history_reverse(request, retry=True)
        for event in page.history.events:
            newest = max(newest, event.event_id)
            if event.event_id <= last_event and not ends:
                break
            kind = event.event_type
            if event.event_id > last_event and kind == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                done = event.activity_task_completed_event_attributes
                ends[done.scheduled_event_id] = (event.event_id, done.result)
            elif event.event_id > last_event and kind in _FAILED:
                ends[getattr(event, _FAILED[kind]).scheduled_event_id] = (event.event_id, None)
            elif kind == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
                started = event.activity_task_started_event_attributes
                attempts[started.scheduled_event_id] = started.attempt
            elif kind == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED and event.event_id in ends:
                number, result = ends.pop(event.event_id)
                scheduled = event.activity_task_scheduled_event_attributes
                if scheduled.activity_type.name in MODEL_CALLS:
                    attempt = attempts.get(event.event_id, 1)
                    ended.append((number, await _read(client, workflow_id, description, scheduled, attempt, result)))
        else:
            request.next_page_token = page.next_page_token
            if page.next_page_token:
                continue
        return [each for _, each in sorted(ended, key=lambda pair: pair[0])], newest


async def _read(
    client: Client,
    workflow_id: str,
    description: WorkflowExecutionDescription,
    scheduled: Any,
    attempt: int,
    result: Any,
) -> Ended:
    converter = client.data_converter.with_context(
        ActivitySerializationContext(
            namespace=client.namespace,
            workflow_id=workflow_id,
            workflow_type=description.workflow_type,
            activity_type=scheduled.activity_type.name,
            activity_id=scheduled.activity_id,
            activity_task_queue=scheduled.task_queue.name,
            is_local=False,
        )
    )
    (wire,) = await converter.decode(scheduled.input.payloads)
    # Only the first request of an agent says its name.
    agent_name, parent = part(wire, "agent_name"), part(wire, "parent")
    reply = ModelReply([])
    if result is not None:
        (recorded,) = await converter.decode(result.payloads)
        reply = ModelReply.from_wire(recorded)
    text = "".join(_texts(reply.events))
    return Ended(scheduled.activity_id, agent_name, parent, attempt, text, result is None, reply.asks_for_all)


def _texts(events: Any) -> Any:
    for event in events:
        if isinstance(text := part(event, "contentBlockDelta", "delta", "text"), str):
            yield text
