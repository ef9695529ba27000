"""Graphs: what each node's model sees is what it sees outside of a workflow; no timers but those of time-outs."""

from __future__ import annotations

from typing import Any

import pytest
from strands import Agent, tool
from temporalio.client import WorkflowFailureError

from strands_temporal.testing import Reply, ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, EventType, of_type, scheduled_activities, timers
from . import graph_workflows as wf

NAMES = ["ash", "beech", "cedar", "fir", "oak"]


def told(request: ScriptedRequest) -> str:
    """Whom the system prompt names."""
    return str(request.system_prompt).removeprefix("You are ").removesuffix(".")


def answers(request: ScriptedRequest) -> Step:
    """Each agent in the middle looks itself up; each says its name and what it got."""
    name = told(request)
    if name in NAMES and not request.tool_results:
        return ToolCall("look_up", {"word": name}, id=f"call-{name}")
    return f"{name}: {request.tool_result() if request.tool_results else request.text}"


def seen_by(model: ScriptedModel) -> dict[str, Any]:
    """The conversations that each node's model has seen."""
    seen: dict[str, Any] = {}
    for each in model.requests:
        messages = [{key: message[key] for key in ("role", "content")} for message in each.messages]
        seen.setdefault(told(each), []).append(messages)
    return seen


async def outside() -> dict[str, Any]:
    """What the nodes' models see in a graph of plain agents."""

    @tool
    def look_up(word: str) -> str:
        """Look a word up, slowly.

        Args:
            word: The word.
        """
        return f"{word} is found"

    model = ScriptedModel(answers)

    def node(name: str) -> Agent:
        return Agent(model, system_prompt=f"You are {name}.", name=name, tools=[look_up], callback_handler=None)

    await wf.diamond(NAMES, node).invoke_async("go")
    return seen_by(model)


@pytest.mark.uncached
@pytest.mark.parametrize("sync", [False, True])
async def test_nodes_beside_each_other(env: Env, sync: bool) -> None:
    model = env.model(answers)
    async with env.worker(wf.Diamond, activities=[wf.look_up]):
        handle = await env.start(wf.Diamond.run, NAMES, sync)
        result = await env.result(handle)
    assert result["status"] == "completed" and sorted(result["order"]) == sorted([*NAMES, "first", "last"])
    assert {name: result["texts"][name] for name in NAMES} == {name: f"{name}: {name} is found" for name in NAMES}
    assert seen_by(model) == await outside()
    history = await handle.fetch_history()
    assert not timers(history)
    assert scheduled_activities(history).count("look_up") == len(NAMES)


async def test_a_cycle_ends_by_its_condition(env: Env) -> None:
    env.model(
        lambda request: (
            f"draft after {len(request.messages)}: {request.text}"
            if told(request) == "writer"
            else ("GOOD" if "BAD" in request.text else "BAD")
        )
    )
    async with env.worker(wf.Cycle):
        result = await env.execute(wf.Cycle.run, {})
    assert result == {"status": "completed", "order": ["writer", "critic", "writer", "critic"]}


async def test_a_cycle_ends_by_its_limit(env: Env) -> None:
    env.model(lambda request: "BAD")
    async with env.worker(wf.Cycle):
        result = await env.execute(wf.Cycle.run, {"executions": 5})
    assert result == {"status": "failed", "order": ["writer", "critic", "writer", "critic", "writer"]}


async def test_the_time_of_a_graph_is_the_workflows(env: Env) -> None:
    """A limit that a replay, which takes no time, keeps as the run did."""
    env.model(lambda request: Reply(["BAD"], delay=0.3))
    async with env.worker(wf.Cycle):
        handle = await env.start(wf.Cycle.run, {"executions": 100, "seconds": 1})
        result = await env.result(handle)
    tasks = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED)
    seconds = [each.event_time.ToNanoseconds() / 1e9 for each in tasks]
    # The first node begins in the first task, and each of the others where the limit has not passed.
    begun = sum(each - seconds[0] <= 1 for each in seconds)
    assert result["status"] == "failed" and len(result["order"]) == begun


async def test_a_node_that_takes_too_long_fails_the_graph(env: Env) -> None:
    env.model(lambda request: Reply(["BAD"], delay=600 if told(request) == "critic" else 0))
    async with env.worker(wf.Cycle):
        handle = await env.start(wf.Cycle.run, {"node_seconds": 1})
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
    assert "Node 'critic' execution timed out after 1s" in str(failure.value.cause)
    assert len(timers(await handle.fetch_history())) == 2  # one for each node
