"""A worker that does again what a recorded history says: the same commands, and the same results of activities.

So a workflow stands on the server as the official plugin has left it, without that plugin. It does no more activities
than it is told; the next one fails, and is tried again until another worker takes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow
from temporalio.client import WorkflowHistory
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from ..env import EventType

_INPUTS = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
)


@dataclass
class Recorded:
    """What a history's workflow did.

    Attributes:
        name: The workflow's type.
        steps: The activities that were scheduled by one workflow task, and how many signals and updates came before.
        ends: How the activities ended, by their place among all of them.
        outcomes: The results of the updates.
    """

    name: str
    steps: list[tuple[int, list[Any]]] = field(default_factory=list)
    ends: list[Any] = field(default_factory=list)
    outcomes: list[Any] = field(default_factory=list)

    @staticmethod
    def of(history: WorkflowHistory) -> Recorded:
        """Read it."""
        recorded = Recorded(history.events[0].workflow_execution_started_event_attributes.workflow_type.name)
        came, task = 0, 0
        ends: dict[int, Any] = {}
        scheduled: list[int] = []
        for event in history.events:
            if event.event_type in _INPUTS and "__temporal_workflow_stream" not in str(event):
                came += 1
            elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                attributes = event.activity_task_scheduled_event_attributes
                if attributes.workflow_task_completed_event_id != task:
                    recorded.steps.append((came, []))
                    task = attributes.workflow_task_completed_event_id
                recorded.steps[-1][1].append(attributes)
                scheduled.append(event.event_id)
            elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                ends[event.activity_task_completed_event_attributes.scheduled_event_id] = event
            elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED:
                ends[event.activity_task_failed_event_attributes.scheduled_event_id] = event
            elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
                outcome = event.workflow_execution_update_completed_event_attributes.outcome
                recorded.outcomes.append(outcome.success.payloads[0])
        recorded.ends = [ends[each] for each in scheduled]
        return recorded

    def activities(self) -> list[Any]:
        """All activities, in order."""
        return [each for _, activities in self.steps for each in activities]


def _load() -> dict[str, Recorded]:
    paths = sorted((Path(__file__).parent / "histories/page").glob("*.json"))
    histories = (WorkflowHistory.from_json(path.stem, path.read_text()) for path in paths)
    return {recorded.name: recorded for recorded in map(Recorded.of, histories)}


RECORDED = _load()
"""What the official plugin did, by the workflow's type."""


@workflow.defn(dynamic=True, sandboxed=False)
class AsRecorded:
    """Any workflow whose history is known."""

    def __init__(self) -> None:
        self.came = 0
        self.done = 0
        self.recorded = RECORDED[workflow.info().workflow_type]

    @workflow.signal(dynamic=True)
    def signal(self, name: str, arguments: Sequence[RawValue]) -> None:
        self.came += not name.startswith("__temporal_workflow_stream")

    @workflow.update(dynamic=True)
    async def update(self, name: str, arguments: Sequence[RawValue]) -> RawValue:
        self.came += 1
        outcome = self.recorded.outcomes[self.came - 1]
        steps = sum(before <= self.came for before, _ in self.recorded.steps)
        await workflow.wait_condition(lambda: self.done >= steps)
        return RawValue(outcome)

    @workflow.run
    async def run(self, arguments: Sequence[RawValue]) -> None:
        for before, activities in self.recorded.steps:
            await workflow.wait_condition(lambda before=before: self.came >= before)
            await asyncio.gather(*(self.execute(each) for each in activities), return_exceptions=True)
            self.done += 1
        await workflow.wait_condition(lambda: False)

    async def execute(self, attributes: Any) -> None:
        """Schedule an activity as it was."""
        await workflow.execute_activity(
            attributes.activity_type.name,
            args=[RawValue(payload) for payload in attributes.input.payloads],
            start_to_close_timeout=attributes.start_to_close_timeout.ToTimedelta(),
        )


class Activities:
    """Any activities of a history, of which some are done."""

    def __init__(self, recorded: Recorded, done: int) -> None:
        self.recorded = recorded
        self.done = done

    @activity.defn(dynamic=True)
    async def run(self, arguments: Sequence[RawValue]) -> RawValue:
        number = int(activity.info().activity_id) - 1
        if number >= self.done:
            raise ApplicationError("not done here", next_retry_delay=timedelta(milliseconds=100))
        event = self.recorded.ends[number]
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            return RawValue(event.activity_task_completed_event_attributes.result.payloads[0])
        failure = event.activity_task_failed_event_attributes.failure
        info = failure.application_failure_info
        details = [RawValue(payload) for payload in info.details.payloads]
        raise ApplicationError(failure.message, *details, type=info.type, non_retryable=info.non_retryable)
