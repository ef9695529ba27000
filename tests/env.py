"""Where a test's workflows run: workers, runs with a time limit, and the checks that hold for every history."""

from __future__ import annotations

import asyncio
import re
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import temporalio.api.enums.v1 as enums
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.worker import Worker

from strands_temporal import StrandsPlugin
from strands_temporal.testing import Script, ScriptedModel

from .suite.replays import replay

EventType = enums.EventType
UNHANDLED_COMMAND = enums.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND

BEGINNINGS = {EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED}
ENDS = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
}
"""Events that begin and end a task of a workflow."""

DEADLOCK = "TMPRL1101"
"""Temporal's name for what its deadlock detector says."""

LIMIT = 90.0
"""Seconds a workflow of a test may take: where a busy machine loses a task, the server gives it out again after the 10
seconds of a workflow task or the 30 of a heartbeat."""


class Env:
    """One test's client, task queue and the workflows it started."""

    def __init__(self, client: Client, task_queue: str, *, cached: bool = True) -> None:
        self.client = client
        self.task_queue = task_queue
        self.cached = cached
        self.task_failures_expected = False
        self.cuts_replays = cached
        """Whether to replay parts of histories: another version, or other options, would do otherwise at the cut."""
        self.replays_sandboxed = False
        """Whether replays are in Temporal's sandbox; it may be what a test is about."""
        self._started: list[tuple[WorkflowHandle[Any, Any], Client]] = []
        self._workflows: dict[type, None] = {}
        self.plugin = StrandsPlugin()

    def model(self, script: Script, *, name: str = "scripted", **plugin_options: Any) -> ScriptedModel:
        """A scripted model, and the plugin that serves it under that name."""
        model = ScriptedModel(script)
        self.plugin = StrandsPlugin(models={name: lambda: model}, **plugin_options)
        return model

    def forget(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Do without the checks of a workflow's history."""
        self._started = [each for each in self._started if each[0] is not handle]

    def replays(self, *workflows: type) -> None:
        """Name workflows whose histories are to be replayed, and which no worker of this test's process runs."""
        self._workflows.update(dict.fromkeys(workflows))

    @asynccontextmanager
    async def worker(
        self,
        *workflows: type,
        activities: Sequence[Callable[..., Any]] = (),
        plugins: Sequence[Any] | None = None,
        client: Client | None = None,
        **options: Any,
    ) -> AsyncIterator[Worker]:
        """A running worker with the test's plugin, its cache as the test's parameter says."""
        self.replays(*workflows)
        options.setdefault("max_cached_workflows", 1000 if self.cached else 0)
        async with Worker(
            client or self.client,
            task_queue=self.task_queue,
            workflows=workflows,
            activities=activities,
            plugins=[self.plugin] if plugins is None else plugins,
            **options,
        ) as worker:
            yield worker

    async def start(self, workflow: Any, *args: Any, client: Client | None = None, **options: Any) -> Any:
        """Start a workflow on the test's task queue."""
        client = client or self.client
        handle = await client.start_workflow(
            workflow, args=args, id=options.pop("id", f"wf-{uuid.uuid4()}"), task_queue=self.task_queue, **options
        )
        self._started.append((handle, client))
        return handle

    async def execute(self, workflow: Any, *args: Any, **options: Any) -> Any:
        """Start a workflow and wait for its result."""
        return await self.result(await self.start(workflow, *args, **options))

    async def result(self, handle: WorkflowHandle[Any, Any], limit: float = LIMIT) -> Any:
        """A workflow's result, or a report of where it hangs."""
        try:
            return await asyncio.wait_for(handle.result(), limit)
        except (TimeoutError, asyncio.TimeoutError):
            events = (await handle.fetch_history()).events
            tail = "\n".join(str(event)[:2000] for event in events[-5:])
            raise AssertionError(f"The workflow did not end within {limit} s. Its last events:\n{tail}") from None

    async def run(self, workflow: type, *args: Any, activities: Sequence[Callable[..., Any]] = ()) -> Any:
        """One run of one workflow on a worker of its own."""
        async with self.worker(workflow, activities=activities):
            return await self.execute(workflow.run, *args)

    async def until(self, handle: WorkflowHandle[Any, Any], *types: Any) -> Any:
        """Wait until the history has an event of one of the types, and return the first."""
        events = handle.fetch_history_events(wait_new_event=True)  # the server tells, and is not asked again and again
        try:
            return await asyncio.wait_for(first_of_type(events, types), LIMIT)
        except (TimeoutError, asyncio.TimeoutError):
            raise AssertionError(f"no event of {types} within {LIMIT} s") from None

    async def check_ended_at_once(self) -> None:
        """No step of any workflow was tried again or waited for a timer."""
        for handle, _ in self._started:
            history = await handle.fetch_history()
            started = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
            assert all(event.activity_task_started_event_attributes.attempt == 1 for event in started)
            assert not timers(history)
            # One workflow task for the start, and one for each activity.
            tasks = of_type(history, EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
            assert len(tasks) <= 1 + len(started), "workflow tasks that nothing led to"

    async def check_histories(self) -> None:
        """Every history replays, and no workflow task failed by what the workflow did.

        The server says that a task failed where something came in while the workflow was about to end. And in worker
        processes of a test, where Temporal's deadlock detector has its own 2 seconds, it fails a task where a machine
        stands still for so long, and the task is then done again. Code that does hold its thread for so long fails each
        time, until the limit of the test.
        """
        for handle, client in self._started:
            history = await handle.fetch_history()
            if not self.task_failures_expected:
                failed = [
                    event
                    for event in of_type(history, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
                    if event.workflow_task_failed_event_attributes.cause != UNHANDLED_COMMAND
                    and DEADLOCK not in event.workflow_task_failed_event_attributes.failure.message
                ]
                assert not failed, f"a workflow task failed: {failed[0]}"
            if of_type(history, EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED):  # of a history without, a Replayer hangs
                await self.replay(history, client)

    async def replay(self, history: WorkflowHistory, client: Client | None = None, *, cut: bool = True) -> None:
        """Replay a history with the test's plugin, whole and, where the test had the cache on, cut."""
        config = (client or self.client).config(active_config=True)
        await replay(
            history,
            list(self._workflows),
            [self.plugin],
            config["data_converter"],
            cut=cut and self.cuts_replays,
            sandboxed=self.replays_sandboxed,
        )


async def at_rest(handle: WorkflowHandle[Any, Any]) -> None:
    """Wait until a workflow waits for people alone: all its activities have ended, and no task of it is under way.

    A test that polls queries before may change what it tests. One that its worker does not take in time (after 0.2
    seconds for those of `tests/work.py`) goes to another, with all events there are; a worker that keeps the workflow
    then goes on in it where an activity has ended since the last workflow task, at that task's time. A replay does the
    same at the time of the next task.
    """
    events = handle.fetch_history_events(wait_new_event=True)

    async def wait() -> None:
        kinds: dict[int, Any] = {}
        while True:
            # A page has all that was recorded at once: a task's end, and the activities that it started. Events of a
            # task that is not recorded yet, as that of an update, come again when it is.
            await events.fetch_next_page()
            kinds.update((event.event_id, event.event_type) for event in events.current_page or [])
            begun, ended = (sum(kind in those for kind in kinds.values()) for those in (BEGINNINGS, ENDS))
            if begun == ended or not events.next_page_token:  # without a token the run has ended
                return

    try:
        await asyncio.wait_for(wait(), LIMIT)
    except (TimeoutError, asyncio.TimeoutError):
        raise AssertionError(f"the workflow is not at rest within {LIMIT} s") from None


def kept(history: WorkflowHistory) -> str:
    """A history as it is kept in a file: without stack traces, which tell where it was recorded."""
    return re.sub(r'"stackTrace": "(?:[^"\\]|\\.)*"', '"stackTrace": ""', history.to_json())


def of_type(history: WorkflowHistory, *types: Any) -> list[Any]:
    """The events of some types."""
    return [event for event in history.events if event.event_type in types]


async def first_of_type(events: AsyncIterator[Any], types: Sequence[Any]) -> Any:
    """The first event of some types."""
    async for event in events:
        if event.event_type in types:
            return event
    raise AssertionError(f"the workflow has ended without an event of {types}")


def scheduled_activities(history: WorkflowHistory) -> list[str]:
    """The names of the activities in the order they were scheduled."""
    events = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    return [event.activity_task_scheduled_event_attributes.activity_type.name for event in events]


def timers(history: WorkflowHistory) -> list[Any]:
    """The timers that were started."""
    return of_type(history, EventType.EVENT_TYPE_TIMER_STARTED)


def swarm_timers(nodes: int) -> int:
    """How many timers the time-outs of a swarm's nodes are; before Python 3.11 Strands looks at the time at events."""
    return nodes if sys.version_info >= (3, 11) else 0


def texts(results: Iterable[Any]) -> list[str]:
    """The texts of tool results, as a model saw them."""
    return [part.get("text", "") for result in results for part in result["content"]]
