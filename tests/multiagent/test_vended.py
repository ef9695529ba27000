"""Agents that a model makes by Strands' own tools: what they ask, and how they go on."""

from __future__ import annotations

import pytest

from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env, texts, timers
from . import vended_workflows as wf
from .more_workflows import measure
from .test_graph import told
from .test_more import question


def script(request: ScriptedRequest) -> Step:
    """The outer agent makes Ann, who measures a word, asks the user, and in a swarm hands on to Bob."""
    name = told(request)
    names = [each["name"] for each in request.tool_specs]
    if name == "outer" and not request.turn:
        made = [{"name": each, "instructions": f"You are {each}."} for each in ("ann", "bob")]
        if "swarm" in names:
            return ToolCall("swarm", {"task": "find it", "agents": made}, id="made")
        return ToolCall("subagent", {"task": "find it"}, id="made")
    if name == "outer":
        return f"outer got {' '.join(texts(request.tool_results)).strip()}"
    if name == "bob":
        return f"bob got {request.text}"
    if not request.turn:
        return ToolCall("measure", {"word": "four"}, id="m")
    if request.turn == 1:
        return ToolCall("handoff_to_user", {"message": f"{request.tool_result()}?"}, id="ask")
    if request.turn == 2 and "handoff_to_agent" in names:
        return ToolCall("handoff_to_agent", {"agent_name": "bob", "message": request.tool_result()}, id="hand")
    return f"ann got {' '.join(texts(request.tool_results))}"


@pytest.mark.uncached(2)
@pytest.mark.filterwarnings("ignore:context_window_limit is not set")
@pytest.mark.parametrize("by", wf.TOOLS)
async def test_what_they_ask(env: Env, by: str) -> None:
    """Each part of the run is under another worker; two workflows have the same ids of calls at the same time."""
    model = env.model(script)
    async with env.worker(wf.MadeByModel, activities=[measure]):
        handles = [await env.start(wf.MadeByModel.run, by) for _ in range(2)]
        for handle in handles:
            assert "4?" in str(await question(handle))
    async with env.worker(wf.MadeByModel, activities=[measure]):
        for number, handle in enumerate(handles):
            await handle.signal("answer", f"yes {number}")
        results = [await env.result(handle) for handle in handles]
    for number, result in enumerate(results):
        assert f"yes {number}" in result and f"yes {1 - number}" not in result
        assert ("bob got" in result) == ("swarm" in by)
    for handle in handles:
        history = await handle.fetch_history()
        assert len(timers(history)) <= (5 if "swarm" in by else 0)
    assert model.requests
