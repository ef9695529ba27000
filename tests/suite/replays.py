"""Replays of a history, whole and cut, which compare all that the workflow gives to others.

Temporal's own replay compares which activities, timers and child workflows come, in which order. Where a history is
cut, the replay ends in a task that runs as it did the first time (`workflow.unsafe.is_replaying()` is false), in a
workflow that was made anew from what is recorded so far: a worker that keeps no workflow does the same at each of its
tasks. What the workflow gives in that task is compared to the byte with what it gave when it ran: what a model or tool
is told, and what the workflow answers. (In the tasks before, much of it is not even made, for nobody would read it.)
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

import temporalio.api.enums.v1 as enums
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter, WithSerializationContext
from temporalio.plugin import SimplePlugin
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner

EventType = enums.EventType

CUTS = 3
"""At how many workflow tasks a history is cut."""

LOCAL_ACTIVITY = "core_local_activity"
"""The SDK's name of the markers that record local activities."""

IDS = re.compile(r"(\w*event_id): (\d+)")


class Given(NamedTuple):
    """What a workflow gives: to what kind of step, of which name, and the payloads, None where they do not count."""

    kind: str
    name: str
    payloads: list[Payload] | None


class Recording(WorkflowRunner):
    """Notes what workflows give."""

    def __init__(self, runner: WorkflowRunner) -> None:
        self._runner = runner
        self.given: list[Given] = []

    def prepare_workflow(self, defn: Any) -> None:
        """See base class."""
        self._runner.prepare_workflow(defn)

    def set_worker_level_failure_exception_types(self, types: Sequence[type[BaseException]]) -> None:
        """See base class."""
        self._runner.set_worker_level_failure_exception_types(types)

    def create_instance(self, det: Any) -> Any:
        """See base class."""
        instance = self._runner.create_instance(det)
        activate = instance.activate
        self.given = []

        def activate_and_note(act: Any) -> Any:
            completion = activate(act)
            if completion.HasField("failed"):
                self.given.append(Given("failed task", completion.failed.failure.message, None))
            commands = completion.successful.commands
            given = given_by_commands(commands)
            self.given += [each._replace(payloads=None) for each in given] if act.is_replaying else given
            return completion

        instance.activate = activate_and_note
        return instance


def given_by_commands(commands: Any) -> list[Given]:
    """What the commands of a workflow task give."""
    found: list[Given] = []
    for command in commands:
        kind = command.WhichOneof("variant")
        step = getattr(command, kind)
        if kind == "schedule_activity":
            found.append(Given("activity", step.activity_type, list(step.arguments)))
        elif kind == "start_child_workflow_execution":
            found.append(Given("child workflow", step.workflow_type, list(step.input)))
        elif kind == "complete_workflow_execution":
            found.append(Given("result", "", [step.result] if step.HasField("result") else []))
        elif kind == "fail_workflow_execution":
            found.append(Given("failure", named(step.failure), []))
        elif kind == "continue_as_new_workflow_execution":
            found.append(Given("next run", "", list(step.arguments)))
    # Copies, for the worker encodes the commands in place.
    return [
        Given(kind, name, [Payload.FromString(each.SerializeToString()) for each in payloads or []])
        for kind, name, payloads in found
    ]


def named(failure: Any) -> str:
    """The types of a failure and its causes; the messages may name the worker, its options and its objects."""
    kind = failure.WhichOneof("failure_info")
    own = f"{kind} {failure.application_failure_info.type}"
    return f"{own} <- {named(failure.cause)}" if failure.HasField("cause") else own


def given_by_events(history: WorkflowHistory, task: int) -> list[Given]:
    """What the workflow gave when it ran, as it is recorded, up to the end of a task (the id of that event)."""
    found: list[Given] = []
    for event in history.events:
        step: Any
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            step = event.activity_task_scheduled_event_attributes
            given = Given("activity", step.activity_type.name, list(step.input.payloads))
        elif event.event_type == EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
            step = event.start_child_workflow_execution_initiated_event_attributes
            given = Given("child workflow", step.workflow_type.name, list(step.input.payloads))
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
            step = event.workflow_execution_completed_event_attributes
            given = Given("result", "", list(step.result.payloads))
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
            step = event.workflow_execution_failed_event_attributes
            given = Given("failure", named(step.failure), [])
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
            step = event.workflow_execution_continued_as_new_event_attributes
            given = Given("next run", "", list(step.input.payloads))
        else:
            continue
        if step.workflow_task_completed_event_id <= task:
            found.append(given)
    return found


def cuts(history: WorkflowHistory) -> list[WorkflowHistory]:
    """The history up to the start of some of its workflow tasks, the last one among them.

    Not where the task took an update or ran a local activity, which the history has only after the task.
    """
    tasks: list[int] = []
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            tasks.append(event.workflow_task_completed_event_attributes.started_event_id)
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED or (
            event.marker_recorded_event_attributes.marker_name == LOCAL_ACTIVITY
        ):
            tasks[-1] = 0
    tasks = [each for each in tasks[1:] if each]
    if len(tasks) > CUTS:
        tasks = [tasks[round(number * (len(tasks) - 1) / CUTS)] for number in range(1, CUTS + 1)]
    return [WorkflowHistory(history.workflow_id, history.events[:number]) for number in tasks]


async def replay(
    history: WorkflowHistory,
    workflows: list[type],
    plugins: list[Any],
    converter: DataConverter,
    *,
    cut: bool = True,
    sandboxed: bool = False,
) -> None:
    """Replay a history.

    Args:
        history: What a workflow has recorded.
        workflows: The workflow, and others.
        plugins: The plugins of the worker.
        converter: The data converter of the client.
        cut: Whether to replay parts of it, too.
        sandboxed: Whether each replay imports its workflow anew in Temporal's sandbox, as the run itself has done; that
            takes ten times as long as the replay.
    """
    runner: list[Recording] = []

    def note(existing: WorkflowRunner | None) -> WorkflowRunner:
        runner.append(Recording((sandboxed and existing) or UnsandboxedWorkflowRunner()))
        return runner[0]

    async def histories() -> AsyncIterator[WorkflowHistory]:
        for each in [history, *(cuts(history) if cut else [])]:
            yield each

    noting = SimplePlugin("notes what a workflow gives", workflow_runner=note)
    # Without a build id of its own each replayer hashes all modules that are loaded.
    replayer = Replayer(workflows=workflows, plugins=[*plugins, noting], data_converter=converter, build_id="replay")
    # What is stored elsewhere is a claim in the history, and a codec may want to know of each payload whose it is.
    codec = converter.payload_codec
    readable = not converter.external_storage and not isinstance(codec, WithSerializationContext)
    async with replayer.workflow_replay_iterator(histories()) as results:
        async for result in results:
            if result.replay_failure:
                raise result.replay_failure
            given = runner[0].given
            if not readable:
                given = [each._replace(payloads=None) for each in given]
            # The task after a cut has the id of the event that follows.
            known = given_by_events(history, len(result.history.events) + 1)
            if codec and readable:
                known = [each._replace(payloads=await codec.decode(each.payloads or [])) for each in known]
            where = f"replay of {len(result.history.events)} of {len(history.events)} events"
            assert (said := difference(given, known)) is None, f"{where}, {said}\n{outline(history)}"


def difference(given: list[Given], expected: list[Given]) -> str | None:
    """The first difference, None if there is none."""
    for number, (one, other) in enumerate(zip(given, expected, strict=False)):
        known = other if one.payloads is not None else other._replace(payloads=None)
        if one != known:
            return f"step {number}: gives\n{one}\nand gave before\n{known}"
    return None if len(given) == len(expected) else f"gives {len(given)} steps, not {len(expected)}"


def outline(history: WorkflowHistory) -> str:
    """What happened when, and what it belongs to."""
    return "\n".join(
        f"{event.event_id} {event.event_time.ToJsonString()} {EventType.Name(event.event_type)[len('EVENT_TYPE_') :]} "
        + " ".join(f"{name}={number}" for name, number in IDS.findall(str(event)))
        for event in history.events
    )
