"""Approvals of agents in graphs and swarms: what is asked there waits, and is answered by Strands' own responses."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import LIMIT, Env, texts
from . import multi_agent_workflows as wf
from .asking import ACTIVITIES, delete, deleted


def script(request: ScriptedRequest) -> Step:
    """Each deletes two files, and asks by an activity; the first then hands over, where it can."""
    name = request.system_prompt
    if not request.turn:
        return [delete(f"/{name}/a"), delete(f"/{name}/b"), ToolCall("asking_activity", {"path": f"/{name}/c"})]
    if any(spec["name"] == "handoff_to_agent" for spec in request.tool_specs) and name == "first" and request.turn == 1:
        return ToolCall("handoff_to_agent", {"agent_name": "second", "message": "your turn"})
    return " | ".join(texts(request.tool_results))


async def questions(handle: Any, about: str) -> dict[str, str]:
    """The ids of an agent's questions, by their paths, when it has asked all."""
    expected = [f"/{about}/{each}" for each in "abc"]
    found: Any = {}
    for _ in range(int(LIMIT / 0.02)):
        if sorted(found := await handle.query("questions")) == expected:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"{expected} are to be open, and there are {found}")


@pytest.mark.uncached
@pytest.mark.parametrize("workflow", [wf.GraphAsks, wf.SwarmAsks])
async def test_what_agents_ask(env: Env, workflow: Any) -> None:
    """Each is asked under one worker, and answered under the next, which knows nothing of it."""
    model = env.model(script)
    async with env.worker(workflow, activities=ACTIVITIES):
        handle = await env.start(workflow.run)
        asked = await questions(handle, "first")
        assert deleted(handle) == ["run /first/c"]
    async with env.worker(workflow, activities=ACTIVITIES):
        await answer(handle, asked)
        asked = await questions(handle, "second")
        ran = ["run /first/c", "/first/a", "run /first/c", "run /second/c"]
        assert sorted(deleted(handle)) == sorted(ran)
    async with env.worker(workflow, activities=ACTIVITIES):
        await answer(handle, asked)
        result = await env.result(handle)
    assert sorted(deleted(handle)) == sorted([*ran, "/second/a", "run /second/c"])
    for name in ("first", "second"):
        (seen,) = [each.tool_results for each in model.requests if each.system_prompt == name and each.turn == 1]
        expected = [f"deleted /{name}/a", "The call was denied.", f"asked, then deleted /{name}/c"]
        assert sorted(texts(seen)) == sorted(expected)
    assert sorted(result["second"].split(" | ")) == sorted(expected)


async def answer(handle: Any, asked: dict[str, str]) -> None:
    for path, id in asked.items():
        await handle.signal("answer", args=[id, "deny" if path.endswith("b") else "approve"])
