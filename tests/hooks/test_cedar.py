"""Policies decide in the workflow, the same in a replay; classifiers are models by their names."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from strands import Agent
from strands.vended_interventions.cedar import cedar_authorization
from temporalio.client import WorkflowFailureError

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, scheduled_activities, timers
from . import cedar_workflows as wf

CALLS = [
    ToolCall("look_up", {"path": "/a"}),
    ToolCall("look_up", {"path": "/etc/b"}),
    ToolCall("look_up", {"path": "/c"}),
    ToolCall("look_up", {"path": "/d"}),
    ToolCall("delete", {"path": "/e"}),
]


def answers(request: ScriptedRequest) -> Step:
    if request.turn < len(CALLS):
        return CALLS[request.turn]
    said = [
        part["text"]
        for each in request.messages
        for block in each["content"]
        if "toolResult" in block
        for part in block["toolResult"]["content"]
    ]
    return " | ".join(each.split(": policy")[0] for each in said)


@pytest.mark.parametrize("user", ["ann", "bob", ""])
async def test_policies_decide_as_outside(env: Env, user: str) -> None:
    expected = await wf.allowed(partial(Agent, ScriptedModel(answers), callback_handler=None), user)
    env.model(answers)
    async with env.worker(wf.Authorized):
        handle = await env.start(wf.Authorized.run, user)
        assert await env.result(handle) == expected
    assert ("/e is deleted" in expected[0]) == (user == "ann") and "denied" in expected[0].lower()
    assert not timers(await handle.fetch_history())


async def test_the_hour_is_the_workflows(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay at another hour goes the same way; `env` replays it at the end too."""
    env.model(answers)
    async with env.worker(wf.ByTheHour):
        before = datetime.now(timezone.utc).hour
        handle = await env.start(wf.ByTheHour.run, before)
        result, hour = await env.result(handle)
    assert ("/a is found" in result) == (hour == before)
    stand_in: Any = vars(cedar_authorization)["dt"]
    assert type(stand_in).__name__ == "_Datetime" and stand_in.now(timezone.utc).tzinfo is timezone.utc


@pytest.mark.uncached
async def test_a_classifier_by_its_name(env: Env) -> None:
    judge = ScriptedModel(
        lambda request: (
            ToolCall("_RiskDecision", {"requires_approval": "delete" in request.text, "reason": "it is gone"})
            if not request.tool_results
            else "ok"
        )
    )
    env.plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(answers), "judge": lambda: judge})
    async with env.worker(wf.Classified):
        handle = await env.start(wf.Classified.run)
        stop_reason, reasons = await env.result(handle)
    assert stop_reason == "interrupt" and len(reasons) == 1 and "gone" in str(reasons)
    assert scheduled_activities(await handle.fetch_history()).count("invoke_model") == 2 * len(CALLS)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("cedar", r"CedarAuthorization with the files .*rules.cedar.*Give it the text itself"),
        ("human", r"HumanInTheLoop\(ask='stdio'\).*Leave ask out"),
    ],
)
async def test_refused(env: Env, what: str, words: str, tmp_path: Path) -> None:
    env.model(answers)
    file = tmp_path / "rules.cedar"
    await asyncio.to_thread(file.write_text, wf.POLICIES)
    async with env.worker(wf.RefusedInterventions):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.RefusedInterventions.run, what, str(file))
    cause: Any = failure.value.cause
    assert cause.type == "UnsupportedFeatureError" and re.search(words, cause.message), cause
