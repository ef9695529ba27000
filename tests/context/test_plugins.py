"""Skills, goals and the offloader: all models see, call by call, what they see outside of a workflow."""

from __future__ import annotations

import asyncio
import json
import re
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from strands import Agent
from strands.storage import LocalFileStorage
from temporalio.client import WorkflowFailureError

from strands_temporal import StrandsPlugin
from strands_temporal.testing import Reply, ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, scheduled_activities, timers
from ..sandbox.local import FolderSandbox
from . import plugin_workflows as wf
from .test_managed import seen, without_ids


def answers(request: ScriptedRequest) -> Step:
    if request.text.startswith("use skill"):
        return ToolCall("skills", {"skill_name": "greeting"}, id=f"skill-{len(request.messages)}")
    if request.text.startswith("look back"):
        return ToolCall("look", {"what": "it", "size": 200}, id=f"call-0-{len(request.messages) - 1}")
    if request.tool_results and "198 199" not in request.tool_result() and "retrieve_off" in str(request.tool_specs):
        reference = re.findall(r"[\w.-]*call-0-\d+_0[\w.-]*", request.tool_result())[0].rstrip(".")
        return ToolCall("retrieve_offloaded_content", {"reference": reference}, id=f"get-{len(request.messages)}")
    return f"fine with {len(request.messages)}: {request.text[-50:]}"


def judged(request: ScriptedRequest) -> Step:
    """The third attempt is good enough."""
    tries = judged_tries(request)
    verdict = {"passed": tries >= 3} | ({} if tries >= 3 else {"feedback": f"not yet, it is {tries}"})
    return "ok" if request.tool_results else ToolCall("JudgeOutcome", verdict)


def judged_tries(request: ScriptedRequest) -> int:
    prompt = request.messages[0]["content"][0]["text"]
    if "not yet, it is 2" in prompt:
        return 3
    return 2 if "not yet, it is 1" in prompt else 1


@pytest.mark.parametrize("name", wf.CONVERSATIONS)
async def test_as_outside(env: Env, name: str) -> None:
    models = {side: (ScriptedModel(answers), ScriptedModel(judged)) for side in ("outside", "inside")}
    main, judge = models["outside"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = await wf.CONVERSATIONS[name](partial(Agent, main, callback_handler=None), judge)
    main, judge = models["inside"]
    env.plugin = StrandsPlugin(models={"scripted": lambda: main, "judge": lambda: judge})
    async with env.worker(wf.Plugged):
        handle = await env.start(wf.Plugged.run, name)
        result = await env.result(handle)
    for inside, outside in zip(models["inside"], models["outside"], strict=True):
        assert seen(inside) == seen(outside)
    assert without_ids(json.dumps(result)) == without_ids(json.dumps(expected))
    assert '"status": "error"' not in json.dumps(result)
    assert not timers(await handle.fetch_history())
    assert len(models["inside"][0].requests) > 1


async def test_the_time_of_a_goal_is_the_workflows(env: Env) -> None:
    """A limit that a replay, which takes no time, keeps as the run did."""
    env.model(["no", Reply(["no"], delay=5.2)])
    async with env.worker(wf.GoalInTime):
        handle = await env.start(wf.GoalInTime.run, 5)
        assert await env.result(handle) == "timeout"
    assert scheduled_activities(await handle.fetch_history()) == ["invoke_model", "invoke_model"]


@pytest.mark.uncached(2)
@pytest.mark.parametrize("where", ["storage", "agent storage", "files in a sandbox", "artifacts in a sandbox"])
async def test_what_is_put_away_is_on_the_worker(env: Env, where: str, tmp_path: Path) -> None:
    """It is written once, and the model gets it back."""
    model = env.model(
        answers,
        storages={"storage": lambda: LocalFileStorage(str(tmp_path))},
        sandboxes={"box": lambda context: FolderSandbox(tmp_path)},
    )
    async with env.worker(wf.PutAway):
        handle = await env.start(wf.PutAway.run, where)
        result = await env.result(handle)
    assert "198 199" not in str(model.requests[1].messages[2])
    assert "198 199" in str(model.requests[2].messages[4]) and "fine with 5" in str(result)
    files = await asyncio.to_thread(written, tmp_path)
    assert len([each for each in files if "call-0-0_0" in each]) == 1
    await env.replay(await handle.fetch_history())
    assert await asyncio.to_thread(written, tmp_path) == files


def written(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("skills", r"AgentSkills\(\['./skills'\]\).*sandbox=TemporalSandbox\('NAME'\)"),
        ("offloader", r"LocalFileStorage.*ContextOffloader\(storage=TemporalStorage\('NAME'\)\)"),
        ("offloader in S3", r"S3Storage.*ContextOffloader\(storage=TemporalStorage\('NAME'\)\)"),
        ("offloader in its own S3", r"S3Storage.*ContextOffloader\(storage=TemporalStorage\('NAME'\)\)"),
    ],
)
async def test_refused(env: Env, what: str, words: str) -> None:
    env.model(answers)
    async with env.worker(wf.RefusedPlugins):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.RefusedPlugins.run, what)
    cause: Any = failure.value.cause
    assert cause.type == "UnsupportedFeatureError" and re.search(words, cause.message), cause
