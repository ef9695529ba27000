"""A turn that stops for the next run keeps what else belongs to it: approvals, structured output, one invocation."""

from __future__ import annotations

import pytest
from temporalio.client import Client

from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env
from . import combined_workflows as wf
from .long_workflows import look, numbers_seen
from .runs import runs_of


@pytest.mark.uncached
async def test_approvals_in_the_middle(env: Env) -> None:
    def script(request: ScriptedRequest) -> Step:
        if request.turn < 4:
            return [ToolCall("look", {"number": request.turn}), ToolCall("delete", {"path": f"/{request.turn}"})]
        results = [b["toolResult"] for each in request.messages for b in each["content"] if "toolResult" in b]
        return " ".join(part["text"] for each in results for part in each["content"])

    model = env.model(script)
    async with env.worker(wf.Combined, activities=[look]):
        handle = await env.start(wf.Combined.run, wf.Going(25))
        text, _, runs = (await env.result(handle)).partition(" in ")
    assert text.split(" ") == [word for n in range(4) for word in ("thing", str(n), "yes:", f"/{n}")]
    assert len(await runs_of(env, handle)) == int(runs.split()[0]) > 1
    assert len(model.requests) == 5


@pytest.mark.parametrize("cached", [True, False])
async def test_the_servers_suggestion_and_structured_output(
    cached: bool, suggesting_server_address: str, task_queue: str
) -> None:
    def script(request: ScriptedRequest) -> Step:
        seen = len(numbers_seen(request))
        if seen < 8:
            return [ToolCall("look", {"number": seen}), ToolCall("look", {"number": seen + 1})]
        return ToolCall("Count", {"seen": seen})

    env = Env(await Client.connect(suggesting_server_address), task_queue, cached=cached)
    model = env.model(script)
    async with env.worker(wf.Suggested, activities=[look]):
        handle = await env.start(wf.Suggested.run, wf.Going(None))
        result = await env.result(handle)
    runs = await runs_of(env, handle)
    assert result == f"8 in {len(runs)} runs"
    assert len(runs) > 1
    assert len(model.requests) == 5
    await env.check_histories()
