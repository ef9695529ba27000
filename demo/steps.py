"""What the server recorded of a run: its steps, from the workflow's history and its pending activities."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType, PendingActivityState
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from .files import AUDITED

MODEL = "invoke_model"
"""Activity type of a model call."""

_RPC_TIMEOUT = timedelta(seconds=5)
_ENDINGS = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: "done",
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: "failed",
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: "failed",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: "failed",
}


@dataclass(frozen=True)
class Step:
    """One model or tool call of the agent, as the server has it.

    Attributes:
        id: Activity id; they are counted up in the order of scheduling.
        kind: Activity type.
        name: The call in words.
        state: `waiting`, `running`, `done` or `failed`.
        attempt: The attempt that runs now, or ended the step; 0 before the first.
        worker: Identity of the worker of that attempt.
        started: When that attempt started, in seconds since the epoch.
        ended: When its end was recorded.
    """

    id: str
    kind: str
    name: str
    state: str = "waiting"
    attempt: int = 0
    worker: str = ""
    started: float = 0.0
    ended: float = 0.0


@dataclass(frozen=True)
class Progress:
    """A run as the server has it at one moment.

    Attributes:
        status: Of the workflow.
        steps: In the order of scheduling.
        moving: Whether the workflow itself has something to do: to take in results, and to schedule what is next.
    """

    status: WorkflowExecutionStatus | None
    steps: tuple[Step, ...]
    moving: bool


async def progress_of(handle: WorkflowHandle[Any, Any]) -> Progress:
    """Ask the server how far a run is."""
    description = await handle.describe(rpc_timeout=_RPC_TIMEOUT)
    # The history comes second, so that it has the end of what had ended by the first.
    history = await handle.fetch_history(rpc_timeout=_RPC_TIMEOUT)
    steps = {step.id: step for step in steps_of(history.events)}
    for pending in description.raw_description.pending_activities:
        step = steps.get(pending.activity_id)
        # The server writes an attempt's start into the history only once the step has ended.
        if step is not None and step.state == "waiting":
            running = pending.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
            steps[step.id] = replace(
                step,
                state="running" if running else "waiting",
                attempt=pending.attempt,
                worker=pending.last_worker_identity if running else "",
                started=pending.last_started_time.ToMicroseconds() / 1e6,
            )
    moving = description.raw_description.HasField("pending_workflow_task")
    return Progress(description.status, tuple(steps.values()), moving)


def steps_of(events: Any) -> list[Step]:
    """The steps of a history, in the order of scheduling."""
    steps: dict[int, Step] = {}  # by the id of the event that scheduled it
    model_calls = 0
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled = event.activity_task_scheduled_event_attributes
            kind = scheduled.activity_type.name
            model_calls += kind == MODEL
            name = f"model call {model_calls}" if kind == MODEL else f"{kind}({_short(scheduled.input)})"
            steps[event.event_id] = Step(scheduled.activity_id, kind, name)
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            started = event.activity_task_started_event_attributes
            number = started.scheduled_event_id
            steps[number] = replace(
                steps[number], attempt=started.attempt, worker=started.identity, started=_seconds(event)
            )
        elif event.event_type in _ENDINGS:
            # Which oneof is set follows from the event's type; all of them name what they end.
            number = getattr(event, event.WhichOneof("attributes")).scheduled_event_id
            steps[number] = replace(steps[number], state=_ENDINGS[event.event_type], ended=_seconds(event))
    return list(steps.values())


def _short(payloads: Any) -> str:
    """A tool's arguments, short enough for one line."""
    return ", ".join(str(json.loads(each.data)).replace(f"{AUDITED}/", "") for each in payloads.payloads)


def _seconds(event: HistoryEvent) -> float:
    return event.event_time.ToMicroseconds() / 1e6
