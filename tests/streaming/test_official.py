"""Model calls that the official plugin has scheduled with a topic run on our worker, and its histories replay."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.common import RawValue
from temporalio.contrib.workflow_streams import WorkflowStream
from temporalio.worker import Replayer, Worker

from strands_temporal import StrandsPlugin, TemporalAgent

from ..env import LIMIT, Env, EventType, of_type
from ..migration.as_recorded import RECORDED, Activities, AsRecorded
from ..migration.model import DefaultModel
from ..migration.samples import SAMPLES
from . import streaming_workflows as wf
from .watching import START, STOP, Gate, GatedModel, Reader, delta, serve

pytestmark = pytest.mark.timing

HISTORIES = Path(__file__).parents[1] / "migration/histories/streaming"

REQUEST = {
    "model_name": "scripted",
    "messages": [{"role": "user", "content": [{"text": "hi"}]}],
    "invocation_state": {},
    "tool_specs": [],
    "system_prompt": None,
    "tool_choice": None,
    "system_prompt_content": None,
    "streaming_topic": "events",
    "streaming_batch_interval_seconds": 0.02,
}
"""As the official plugin writes it."""


@workflow.defn
class InFlight:
    """Has a call in flight that the official plugin scheduled."""

    def __init__(self) -> None:
        self.stream = WorkflowStream()

    @workflow.run
    async def run(self) -> Any:
        timeout = timedelta(seconds=30)
        return await workflow.execute_activity("invoke_model_streaming", REQUEST, start_to_close_timeout=timeout)


async def test_a_call_in_flight_is_answered_and_published(env: Env) -> None:
    gate = Gate()
    events = [*START, delta("one "), delta("two "), gate, delta("three"), *STOP]
    serve(env, GatedModel(events))
    async with env.worker(InFlight):
        handle = await env.start(InFlight.run)
        reader = Reader(env.client, handle.id)
        await reader.until(lambda: reader.text == "one two ")
        gate.open.set()
        recorded = await env.result(handle)
        await reader.end()
    published = [each for each in events if not isinstance(each, Gate)]
    assert reader.items == published  # every event by itself, as that plugin does
    assert [each for each in recorded if "contentBlockDelta" in each] == [delta("one two three")]


async def test_its_histories_replay() -> None:
    for path in sorted(HISTORIES.glob("*.json")):
        history = WorkflowHistory.from_json(path.stem, path.read_text())
        await Replayer(workflows=[wf.Streams, wf.NoStream], plugins=[StrandsPlugin()]).replay_workflow(history)
    assert {path.stem for path in HISTORIES.glob("*.json")} == {"hosted", "not_hosted"}


KILLED = HISTORIES.parent / "killed/streaming.json"
"""What the official plugin's worker had published of a reply when it was killed."""


@workflow.defn(name="StreamingWorkflow")
class Speaking:
    """The workflow of the page."""

    def __init__(self) -> None:
        self.stream = WorkflowStream()
        self.agent = TemporalAgent(start_to_close_timeout=timedelta(seconds=60), streaming_topic="events")

    @workflow.run
    async def run(self, prompt: str) -> str:
        return str(await self.agent.invoke_async(prompt))


async def test_a_reply_whose_worker_was_killed_while_it_published_it(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reply is published anew after a mark, and a subscriber ends with what is recorded, nothing lost or twice."""
    monkeypatch.setattr("strands.models.bedrock.BedrockModel", DefaultModel)
    history = WorkflowHistory.from_json("killed", KILLED.read_text())
    signals = [
        event.workflow_execution_signaled_event_attributes
        for event in of_type(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
    ]
    assert len(signals) > 2
    sample = SAMPLES["streaming"]
    activities = Activities(RECORDED[sample.workflow], done=0)
    async with Worker(
        env.client,
        task_queue=env.task_queue,
        workflows=[AsRecorded],
        activities=[activities.run],
        max_cached_workflows=0,
    ):
        handle = await env.start(sample.workflow, sample.argument)
        await until_retried(handle)
        for each in signals:
            await handle.signal(each.signal_name, RawValue(each.input.payloads[0]))
    env.plugin = StrandsPlugin()
    await Replayer(workflows=[Speaking], plugins=[env.plugin]).replay_workflow(history)
    async with env.worker(Speaking):
        reader = Reader(env.client, handle.id)
        assert await env.result(handle) == sample.answer
        await reader.end()
    marks = [index for index, each in enumerate(reader.items) if "modelStreamErrorException" in each]
    assert len(marks) == reader.marks == 1
    before, after = reader.items[: marks[0]], reader.items[marks[0] + 1 :]
    said = ["".join(map(text_of, events)) for events in (before, after)]
    assert said[1] == reader.text == sample.answer.strip()
    assert len(said[0]) > 10 and said[1].startswith(said[0])  # what the official plugin has published is there as well
    assert "messageStop" in after[-2] and not any("messageStop" in each for each in before)


def text_of(event: Any) -> str:
    return event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")


async def until_retried(handle: Any) -> None:
    """Wait until the model call has failed, and waits for a worker that makes it."""
    for _ in range(int(LIMIT / 0.05)):
        if any(each.attempt > 1 for each in (await handle.describe()).raw_description.pending_activities):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the model call was not retried")
