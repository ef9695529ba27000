"""Agents in child workflows have in the parent's next run what they would have in the same one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from strands_temporal._child.agent import ChildAgent
from strands_temporal.workflow import AgentState

from ..env import LIMIT, Env, EventType, of_type
from . import child_agent_workflows as wf
from .runs import next_run, runs_of

WORKFLOWS = (wf.Parent, wf.Helper)


async def asked(handle: Any) -> list[Any]:
    """What waits for an answer, as soon as there is something."""
    for _ in range(int(LIMIT / 0.05)):
        if found := await handle.query(wf.Parent.waits_for):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("nothing was asked")


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("kind", ["direct", "tool"])
async def test_the_models_see_what_they_see_in_one_run(env: Env, kind: str, keeps: bool) -> None:
    model = env.model(wf.cleaner)
    results: list[Any] = []
    async with env.worker(*WORKFLOWS):
        for leaves in (True, False):
            handle = await env.start(wf.Parent.run, wf.Going(kind, keeps, leaves, ["one", "two", "three"]))
            results.append(await env.result(handle))
            assert len(await runs_of(env, handle)) == (3 if leaves else 1)
    first, last = ["told(one)", "told(one, two)"], "three)"
    assert results[0] == results[1] and results[0][:2] == (first if keeps else ["told(one)", "told(two)"])
    assert results[0][2].startswith("told(one") == keeps and results[0][2].endswith(last)
    seen = [(each.system_prompt, each.messages) for each in model.requests]
    half = len(seen) // 2
    assert seen[:half] == seen[half:]


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("kind", ["direct", "tool", "graph"])
async def test_what_it_asks_is_answered_in_the_next_run(env: Env, kind: str, keeps: bool) -> None:
    env.model(wf.cleaner)
    async with env.worker(*WORKFLOWS):
        prompts = ["clean a"] if kind == "graph" else ["hello", "clean a", "bye"]
        handle = await env.start(wf.Parent.run, wf.Going(kind, keeps, False, prompts))
        before = await asked(handle)
        await handle.signal(wf.Parent.leave)
        await next_run(handle, handle.first_execution_run_id)
    async with env.worker(*WORKFLOWS):  # a worker that knows nothing of it
        assert await asked(handle) == before
        assert [reason for _, reason in before] == ["/clean a"]
        await handle.signal(wf.Parent.answer, "yes")
        result = await env.result(handle)
    first, last = await runs_of(env, handle)
    assert of_type(first, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW)
    assert len(of_type(last, EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED)) == (1 if kind == "graph" else 2)
    if kind == "graph":
        assert result == ["told(clean a, yes: /clean a)"]
    elif keeps:
        assert result[:2] == ["told(hello)", "told(hello, clean a, yes: /clean a)"]
        assert result[2].startswith("told(hello, clean a, bye")
    else:
        assert result == ["told(hello)", "told(clean a, yes: /clean a)", "told(bye)"]


@pytest.mark.uncached
async def test_a_preserved_conversation_is_in_one_call_at_a_time(env: Env) -> None:
    """As with Strands' own tool of an agent: the second call is told so, and the conversation is that of the first."""
    env.model(wf.cleaner)
    async with env.worker(*WORKFLOWS):
        handle = await env.start(wf.Parent.run, wf.Going("tool", True, False, ["clean a and two", "three"]))
        await asked(handle)
        await handle.signal(wf.Parent.answer, "yes")
        first, second = await env.result(handle)
    busy = "Agent 'helper' is already processing a request"
    assert sorted(first.split(" | ")) == [busy, "told(clean a, yes: /clean a)"]
    assert second.startswith("told(clean a, three")


def test_the_state_of_an_agent_that_was_never_called() -> None:
    helper = ChildAgent("Helper", "helper", None, True, {})
    AgentState([]).restore(helper)
    assert helper.kept_state is None  # else its next call would have no messages where its workflow begins with some
