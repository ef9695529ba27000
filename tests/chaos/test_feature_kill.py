"""A worker dies in the middle of a feature's own step: another goes on there, and nobody sees a difference."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ..env import LIMIT, Env, EventType, at_rest, of_type, scheduled_activities, timers
from ..suite.processes import Process, worker_process
from ..tools.test_remote import endpoint
from . import feature_worker
from . import feature_workflows as wf
from .steps import DIES_AT, STEPS, steps

pytestmark = pytest.mark.timing


@dataclass(frozen=True)
class Feature:
    """A workflow, what comes of it, and the steps that a worker does not survive."""

    workflow: Any
    result: Any
    dies_at: list[str]
    arguments: list[Any] = field(default_factory=list[Any])
    redone_from: str | None = None
    """The step at which the next worker goes on, where it is one before: what is recorded together is done together."""
    others: tuple[type, ...] = ()
    """Further workflows of the worker."""

    @property
    def workflows(self) -> list[type]:
        """All workflows of its worker."""
        return [self.workflow, *self.others]


PEN = "reserve pen is done, pay pen is done"

FEATURES = {
    "local activities": Feature(wf.Local, "a is done | b is done", ["note b", "work b"], redone_from="note b"),
    "child workflow as tool": Feature(wf.ChildTool, PEN, ["now reserve", "work pay pen"], others=(wf.Buy,)),
    "agent as child workflow": Feature(
        wf.ChildAgents,
        ["first is done", "first is done & second is done", "third is done"],
        ["helper hears second", "work second", "helper tells third is done"],
        others=(wf.Helper,),
    ),
    "nexus operation as tool": Feature(wf.NexusTool, f"pen costs 2 | {PEN}", ["work pay pen"], others=(wf.Buy,)),
    "goal with a judge": Feature(
        wf.JudgedGoal,
        [
            "try after ['not yet, it is 1', 'not yet, it is 1', 'not yet, it is 2']",
            "satisfied",
            [[False, "not yet, it is 1"], [False, "not yet, it is 2"], [True, None]],
        ],
        ["judge 2"],
    ),
    "goal with a check": Feature(
        wf.CheckedGoal,
        [
            "try after ['not yet, it is 2']",
            "satisfied",
            [[False, "not yet, it is 1"], [False, "not yet, it is 2"], [True, "not yet, it is 3"]],
        ],
        ["check 2"],
    ),
    "skills in memory": Feature(wf.Skilled, "Say: well met. | it is done", ["skilled 1"], [False]),
    "skills in a sandbox": Feature(
        wf.Skilled,
        "Say: well met.\n\n---\nLocation: skills/greeting/SKILL.md | it is done",
        ["sandbox skills/greeting/SKILL.md", "skilled 1"],
        [True],
    ),
    "offloader": Feature(wf.Offloaded, "ends with 199", ["written", "read"]),
    "memory": Feature(wf.Remembers, "the user likes rain", ["searched", "extractor 0", "added Likes tea"]),
    "cedar": Feature(
        wf.Authorized,
        [
            "/a is deleted | DENIED: Access denied by Cedar policy: policy1 | /c is deleted",
            {"cedar-authorization": {"delete": 2}},
        ],
        ["policy 2"],
    ),
    "steering": Feature(
        wf.Steered,
        "/a is deleted | Tool call cancelled. leave it alone You MUST follow this guidance immediately. | "
        "/c is deleted",
        ["steering /etc/b"],
    ),
    "subagent": Feature(wf.Delegates, "told: find it is done", ["work find it", "helper tells find it is done"]),
    "background tasks": Feature(wf.Background, "1 reports", ["report bees"]),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where all workers of a test write what they do."""
    monkeypatch.setenv(STEPS, str(tmp_path / "steps"))
    skill = tmp_path / "skills/greeting/SKILL.md"
    skill.parent.mkdir(parents=True)
    skill.write_text(wf.SKILL)
    return tmp_path


def process(env: Env, folder: Path, workflows: list[type], dies_at: str = "") -> AbstractAsyncContextManager[Process]:
    """A process that works on the test's task queue; it is killed in the end."""
    names = " ".join(each.__name__ for each in workflows)
    environment = {feature_worker.WORKFLOWS: names, DIES_AT: dies_at}
    return worker_process(env, feature_worker.__name__, folder, environment=environment)


async def start(env: Env, feature: Feature) -> Any:
    arguments = [await endpoint(env)] if feature.workflow is wf.NexusTool else feature.arguments
    return await env.start(feature.workflow.run, *arguments, task_timeout=wf.TASK)


ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")


def asked(folder: Path) -> dict[str, list[str]]:
    """What each model was asked so far."""
    return {
        name: [
            json.dumps(
                [
                    [[message["role"], message["content"]] for message in request.messages],
                    [spec["name"] for spec in request.tool_specs],
                    request.system_prompt,
                ]
            )
            for request in feature_worker.model(folder, name).requests
        ]
        for name in feature_worker.MODELS
    }


def in_any_run(questions: list[str]) -> list[str]:
    """Questions without what is drawn anew in each run."""
    return [TIME.sub("TIME", ID.sub("ID", each)) for each in questions]


async def histories(env: Env, handle: Any) -> list[Any]:
    """A workflow's history and those of its children; each child's is replayed here."""
    history = await handle.fetch_history()
    found = [history]
    for event in of_type(history, EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED):
        started = event.child_workflow_execution_started_event_attributes.workflow_execution
        child = env.client.get_workflow_handle(started.workflow_id)
        await env.replay(await child.fetch_history())
        found += await histories(env, child)
    for event in of_type(history, EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED):
        scheduled = event.nexus_operation_scheduled_event_attributes
        if scheduled.operation == "buy":
            handle = env.client.get_workflow_handle(f"buy-{scheduled.request_id}")
            await env.replay(await handle.fetch_history())
            found += await histories(env, handle)
    return found


@pytest.mark.parametrize(
    ("name", "dies_at"),
    [
        pytest.param(name, word, marks=pytest.mark.exhaustive if number else ())
        for name, feature in FEATURES.items()
        for number, word in enumerate(feature.dies_at)
    ],
)
@pytest.mark.filterwarnings("ignore:context_window_limit is not set")
async def test_the_next_worker_goes_on(env: Env, folder: Path, name: str, dies_at: str) -> None:
    await goes_on(env, folder, FEATURES[name], dies_at)


@pytest.mark.uncached
@pytest.mark.parametrize("env", ["uncached"], indirect=True)  # once, for the server waits 10 seconds for the answer
async def test_a_nexus_operation_that_never_answered_is_called_again(env: Env, folder: Path) -> None:
    await goes_on(env, folder, FEATURES["nexus operation as tool"], "price pen")


async def goes_on(env: Env, folder: Path, feature: Feature, dies_at: str) -> None:
    """Run a workflow whose worker dies at a step, and again without that, and compare all that there is of both."""
    env.replays(*feature.workflows)
    async with process(env, folder, feature.workflows, dies_at) as victim:
        handle = await start(env, feature)
        assert await asyncio.wait_for(victim.wait(), LIMIT) == -signal.SIGKILL
    env.plugin = feature_worker.plugin(folder)
    async with env.worker(*feature.workflows, **feature_worker.options()):
        result = await env.result(handle)
        done, questions = steps(folder / "steps"), asked(folder)
        undisturbed = await start(env, feature)
        expected = await env.result(undisturbed)
    assert result == expected == feature.result
    # What was recorded is not done again: only the step that the worker died at, with what would be recorded with it.
    whole = [word for word, _ in steps(folder / "steps")[len(done) :]]
    last, first = whole.index(dies_at), whole.index(feature.redone_from or dies_at)
    before, after = [(word, victim.pid) for word in whole[: last + 1]], [(word, os.getpid()) for word in whole[first:]]
    assert done == before + after
    # The models see what they see without a kill; one that had not answered is asked again.
    for name, each in asked(folder).items():
        with_kill, without = list(dict.fromkeys(questions[name])), each[len(questions[name]) :]
        assert in_any_run(with_kill) == in_any_run(without)
        assert len(set(ID.findall("".join(with_kill)))) == len(set(ID.findall("".join(without))))
    kept, other = await histories(env, handle), await histories(env, undisturbed)
    assert [scheduled_activities(each) for each in kept] == [scheduled_activities(each) for each in other]
    assert not any(timers(each) for each in kept)


async def test_a_question_to_a_human_waits_for_the_next_worker(env: Env, folder: Path) -> None:
    """The worker is killed as the workflow waits, the human answers when there is none, and the next one dies too."""
    env.replays(wf.HandsOff)
    async with process(env, folder, [wf.HandsOff]) as victim:
        handle = await env.start(wf.HandsOff.run, task_timeout=wf.TASK)
        await at_rest(handle)
        assert await handle.query("asks") == "which colour?"
        victim.kill()
        await victim.wait()
    await handle.signal("say", "blue")
    async with process(env, folder, [wf.HandsOff], "painter 1") as second:
        assert await asyncio.wait_for(second.wait(), LIMIT) == -signal.SIGKILL
    env.plugin = feature_worker.plugin(folder)
    async with env.worker(wf.HandsOff, **feature_worker.options()):
        assert await env.result(handle) == "blue"
    words = [("painter 0", victim.pid), ("asked", victim.pid), ("answered", second.pid)]
    assert steps(folder / "steps") == [*words, ("painter 1", second.pid), ("painter 1", os.getpid())]
    first, again, last = asked(folder)["painter"]
    assert again == last and "blue" not in str(first) and str(again).count("blue") == 1
    history = await handle.fetch_history()
    assert not timers(history) and scheduled_activities(history) == ["invoke_model"] * 2
