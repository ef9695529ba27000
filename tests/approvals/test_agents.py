"""Approvals of several agents: of sub-agents, and of agents that ask at once."""

from __future__ import annotations

import pytest

from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env, texts
from . import approvals_workflows as wf
from .asking import ACTIVITIES, delete, deleted, pending, respond


def sub_agent_script(request: ScriptedRequest) -> Step:
    if request.turn:
        return " | ".join(texts(request.tool_results))
    if request.system_prompt == "janitor":
        return [delete("/a"), delete("/b"), ToolCall("asking_activity", {"path": "/c"})]
    return ToolCall("janitor", {"input": "clean up"})


@pytest.mark.parametrize("approved", [["/a"], ["/a", "/b", "/c"], []])
async def test_a_sub_agent_asks_for_what_its_tools_do(env: Env, approved: list[str]) -> None:
    env.model(sub_agent_script)
    async with env.worker(wf.SubAgentWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.SubAgentWorkflow.run)
        found = await pending(handle, 3)
        for each in found:
            path = "/c" if each.name == "delete" else each.tool_input["path"]
            await respond(handle, each.approve() if path in approved else each.deny(path))
        result = await env.result(handle)
    ran = ["run /c", *(path for path in approved if path != "/c"), *(["run /c"] if "/c" in approved else [])]
    assert sorted(deleted(handle)) == sorted(ran)
    done = {"/a": "deleted /a", "/b": "deleted /b", "/c": "asked, then deleted /c"}
    expected = [done[path] if path in approved else f"The call was denied: {path}" for path in done]
    assert sorted(result.split(" | ")) == sorted(expected)


@pytest.mark.uncached
@pytest.mark.parametrize("prefix", [None, "bob_"])
async def test_two_agents_that_ask_at_once(env: Env, prefix: str | None) -> None:
    """Their calls have the same ids here; each question has one of its own all the same."""

    def script(request: ScriptedRequest) -> Step:
        return request.tool_result() if request.turn else delete(f"/{request.text}")

    env.model(script)
    async with env.worker(wf.TwoAgentsWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.TwoAgentsWorkflow.run, prefix)
        if prefix is None:
            both = await pending(handle, 2)
        else:
            both = [*await pending(handle), *await pending(handle, query="bob_pending_approvals")]
        ann, bob = sorted(both, key=lambda each: each.agent)
        assert (ann.agent, bob.agent) == ("Ann", "Bob") and bob.tool_input == {"path": "/Bob"}
        await respond(handle, bob.approve(), name=f"{prefix or ''}respond")
        await respond(handle, ann.deny())
        assert await env.result(handle) == ["The call was denied.", "deleted /Bob"]
    assert deleted(handle) == ["/Bob"]


async def test_questions_of_two_agents_with_one_id(env: Env) -> None:
    env.model(lambda request: request.tool_result() if request.turn else ToolCall("asking_tool", {"question": "Q"}))
    async with env.worker(wf.TwoAgentsWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.TwoAgentsWorkflow.run, None)
        first, second = await pending(handle, 2)
        assert second.id == f"{first.id}#2"
        ann, bob = sorted([first, second], key=lambda each: each.agent)
        await respond(handle, bob.approve("for Bob"))
        await respond(handle, ann.approve("for Ann"))
        assert await env.result(handle) == ["Q for Ann", "Q for Bob"]
