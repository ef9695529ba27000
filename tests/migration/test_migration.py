"""The page's samples under our import, and workflows that ran, or were left in flight, under the official plugin."""

from __future__ import annotations

import asyncio
import difflib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHistory, WorkflowUpdateStage
from temporalio.worker import Replayer, Worker

from strands_temporal import StrandsPlugin

from ..env import LIMIT, Env, EventType, of_type
from ..sandbox.local import collect_pipes
from .as_recorded import RECORDED, Activities, AsRecorded
from .model import DefaultModel
from .samples import CODE, OFFICIAL, OURS, SAMPLES, code, load, plugin_options, use

HISTORIES = Path(__file__).parent / "histories/page"


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ModuleType]]:
    """The samples with our import."""
    path, known = list(sys.path), set(sys.modules)
    yield load(OURS, tmp_path_factory.mktemp("page"))
    sys.path[:] = path
    for name in {each for each in sys.modules if each.startswith("page_")} - known:
        del sys.modules[name]


@pytest.fixture(autouse=True)
def _scripted_default_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strands.models.bedrock.BedrockModel", DefaultModel)


def workflow_of(modules: dict[str, ModuleType], name: str) -> Any:
    return getattr(modules[name], SAMPLES[name].workflow)


def activities_of(modules: dict[str, ModuleType], name: str) -> list[Any]:
    return [getattr(modules[name], each) for each in SAMPLES[name].activities]


def history_of(name: str, change: tuple[str, str] = ("", "")) -> WorkflowHistory:
    return WorkflowHistory.from_json(name, (HISTORIES / f"{name}.json").read_text().replace(*change))


def test_every_sample_is_there() -> None:
    """All of the page, and three more."""
    assert list(CODE) == list(SAMPLES)
    assert {path.stem for path in HISTORIES.glob("*.json")} == set(SAMPLES)
    assert set(RECORDED) == {sample.workflow for sample in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_import_is_the_whole_change(name: str) -> None:
    theirs, ours = CODE[name].splitlines(), code(name, OURS).splitlines()
    changed = [line for line in difflib.ndiff(theirs, ours) if line[0] in "+-"]
    assert changed
    for line in changed:
        assert line[2:].startswith((f"from {OFFICIAL}", f"from {OURS}")), line


@pytest.mark.parametrize("package", [OFFICIAL, "temporalio.strands_agents"])
def test_the_command_of_the_docs_makes_it(package: str) -> None:
    page = (Path(__file__).parents[2] / "docs/migrate.md").read_text()
    ((old, new),) = re.findall(r"sed -i -E 's/(.*)/(.*)/g'", page)
    for name in SAMPLES:
        assert re.sub(old, new, code(name, package)) == code(name, OURS)


@pytest.mark.uncached(3)
@pytest.mark.parametrize("name", SAMPLES)
async def test_a_sample_of_the_page_runs(env: Env, modules: dict[str, ModuleType], name: str) -> None:
    """As the page has it: the plugin on the worker's client, no model named, a client without the plugin."""
    sample = SAMPLES[name]
    getattr(modules[name], "_APPROVED", set()).clear()
    env.plugin = StrandsPlugin(**plugin_options(name))
    client = await Client.connect(env.client.service_client.config.target_host, plugins=[env.plugin])
    workflow = workflow_of(modules, name)
    async with env.worker(workflow, activities=activities_of(modules, name), plugins=[], client=client):
        handle = await env.start(sample.workflow, sample.argument)
        assert await use(sample, handle) == sample.answer
    signals = [
        event.workflow_execution_signaled_event_attributes.signal_name
        for event in of_type(await handle.fetch_history(), EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
    ]
    asks = name in ("human_in_the_loop", "activity_interrupt")
    assert signals.count("approve") == asks


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_history_of_the_official_plugin_replays(modules: dict[str, ModuleType], name: str) -> None:
    replayer = Replayer(workflows=[workflow_of(modules, name)], plugins=[StrandsPlugin()])
    await replayer.replay_workflow(history_of(name))
    with pytest.raises(Exception, match="Nondeterminism"):
        await replayer.replay_workflow(history_of(name, ("invoke_model", "another_name")))


def points() -> list[tuple[str, int]]:
    """Each activity of each history, as the one that is not done yet; -1 for where a signal or update is waited for."""
    found: list[tuple[str, int]] = []
    for name, sample in SAMPLES.items():
        recorded = RECORDED[sample.workflow]
        found += [(name, number) for number in range(len(recorded.activities()))]
        if len({before for before, _ in recorded.steps}) > 1:
            found.append((name, -1))
    return found


@pytest.mark.parametrize(("name", "point"), points())
async def test_a_workflow_in_flight_is_finished(
    env: Env, modules: dict[str, ModuleType], name: str, point: int
) -> None:
    """It stands as the official plugin left it: commands, inputs and results are those of its history."""
    env.cuts_replays = False  # the first steps are the official plugin's
    sample, recorded = SAMPLES[name], RECORDED[SAMPLES[name].workflow]
    calls = recorded.activities()
    activities = Activities(recorded, len(calls) if point < 0 else point)
    async with Worker(
        env.client,
        task_queue=env.task_queue,
        workflows=[AsRecorded],
        activities=[activities.run],
        max_cached_workflows=0,
    ):
        handle = await env.start(sample.workflow, sample.argument)
        await arrive(env, handle, name, point)
    env.plugin = StrandsPlugin(**plugin_options(name))
    async with env.worker(workflow_of(modules, name), activities=activities_of(modules, name)):
        answer = await use(sample, handle)
    if name == "sandbox":
        await collect_pipes()
    # A sync tool that the official plugin came to has failed there, and stays so.
    assert answer == ((sample.official if point > 0 else None) or sample.answer)
    if point >= 0 and calls[point].activity_type.name.startswith("invoke_model"):
        assert said(await reply_of(handle, point)) == said(result_of(recorded.ends[point]))


async def arrive(env: Env, handle: Any, name: str, point: int) -> None:
    """Do what a user did before that point, and wait until the workflow is there."""
    recorded = RECORDED[SAMPLES[name].workflow]
    before = 0
    for came, activities in recorded.steps:
        before = came
        if any(activity is recorded.activities()[max(point, 0)] for activity in activities):
            break
    for number in range(before):
        if name == "continue_as_new":
            text, stage = ("I am Ada.", "Who am I?")[number], WorkflowUpdateStage
            is_open = number == before - 1 and point >= 0
            wait_for = stage.ACCEPTED if is_open else stage.COMPLETED
            await handle.start_update("turn", text, id=f"turn-{number}", wait_for_stage=wait_for, result_type=str)
        else:
            await handle.signal("approve", "approve")
    arrived = waits if point < 0 else fails
    for _ in range(int(LIMIT / 0.05)):
        if await arrived(handle):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name} did not come to point {point}")


async def fails(handle: Any) -> bool:
    """An activity waits for an attempt that someone else makes."""
    return any(each.attempt > 1 for each in (await handle.describe()).raw_description.pending_activities)


async def waits(handle: Any) -> bool:
    """All that was begun has ended, and someone outside has to go on."""
    description = (await handle.describe()).raw_description
    busy = description.pending_activities or description.HasField("pending_workflow_task")
    return not busy and bool(of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED))


def result_of(event: Any) -> Any:
    """A result, as JSON that any converter reads."""
    (payload,) = event.activity_task_completed_event_attributes.result.payloads
    assert payload.metadata["encoding"] == b"json/plain"
    return json.loads(payload.data)


async def reply_of(handle: Any, point: int) -> Any:
    history = await handle.fetch_history()
    scheduled = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)[point]
    for event in of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED):
        if event.activity_task_completed_event_attributes.scheduled_event_id == scheduled.event_id:
            return result_of(event)
    raise AssertionError("it was not completed")


def said(events: Any) -> list[Any]:
    """What a reply in the official form says, however many parts it came in."""
    assert isinstance(events, list), events
    found: list[Any] = []
    for event in events:
        delta = event.get("contentBlockDelta", {}).get("delta", {})
        piece = delta.get("text") or delta.get("toolUse", {}).get("input")
        if piece is None:
            found.append(event)
        elif found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return found
