"""Classes of users' own that derive from Strands', and what Strands' factories make: as outside of workflows."""

from __future__ import annotations

import json
import warnings
from functools import partial
from typing import Any

import pytest
from strands import Agent
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, texts, timers
from . import own_workflows as wf

INPUTS: dict[str, Any] = {
    "again": {"word": "yes"},
    "book": {"mode": "create", "name": "default", "new_str": "a note"},
    "rest": {"duration": 0.1},
    "ask": {"message": "which one?"},
    "end": {"message": "enough"},
}


def script(request: ScriptedRequest) -> Step:
    _, _, used = request.text.partition("use ")
    if used and not request.tool_results:
        return ToolCall(used, INPUTS[used], id=f"use-{used}")
    return f"heard {len(request.messages)}: {request.text}{' '.join(texts(request.tool_results))}"


def seen(model: ScriptedModel) -> list[Any]:
    return [
        [[[each["role"], each["content"]] for each in request.messages], [each["name"] for each in request.tool_specs]]
        for request in model.requests
    ]


@pytest.mark.uncached(3)
@pytest.mark.parametrize("name", wf.CASES)
async def test_as_outside(env: Env, name: str) -> None:
    outside = ScriptedModel(script)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = await wf.CASES[name](partial(Agent, outside, callback_handler=None))
    model = env.model(script)
    async with env.worker(wf.Own):
        handle = await env.start(wf.Own.run, name)
        result = await env.result(handle)
    assert json.dumps(result) == json.dumps(expected)
    assert seen(model) == seen(outside) and model.requests
    assert len(timers(await handle.fetch_history())) == (1 if name == "vended" else 0)  # that of the tool that sleeps


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("ToolLoader", ["ToolLoader", "Import the module"]),
        ("ToolWatcher", ["ToolWatcher", "Import the module"]),
        ("MCPAgentTool", ["MCPAgentTool", "TemporalMCPClient(server='NAME')"]),
    ],
)
async def test_refused_with_what_to_use_instead(env: Env, what: str, words: list[str]) -> None:
    env.model(["never asked"])
    async with env.worker(wf.RefusedParts):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.RefusedParts.run, what)
    assert isinstance(failure.value.cause, ApplicationError) and failure.value.cause.non_retryable
    for each in words:
        assert each in failure.value.cause.message
