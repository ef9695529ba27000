"""Whatever takes several things takes them in every iterable, as Strands does, and none is used up by looking at it."""

from __future__ import annotations

from typing import Any

import pytest
from strands import Agent
from temporalio.worker import Interceptor, Replayer, WorkflowInboundInterceptor

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ToolCall

from ..env import Env
from ..model.factual import FactualModel
from ..tools import existing
from . import iterable_workflows as wf


@pytest.mark.parametrize("positional", [False, True])
@pytest.mark.parametrize("way", wf.WAYS)
async def test_tools_in_every_iterable(way: str, positional: bool, env: Env) -> None:
    outside = Agent(ScriptedModel([]), tools=wf.WAYS[way](), callback_handler=None)  # type: ignore[arg-type]
    model = env.model(["done"])
    names = await env.run(wf.HasTools, way, positional)
    assert sorted(names) == sorted(outside.tool_names) == ["one", "three", "two"]
    specs: Any = model.requests[0].tool_specs
    assert [spec["name"] for spec in specs] == names
    if "set" in way:  # which has another order in each process
        assert names == sorted(names)
    else:
        assert names == outside.tool_names


@pytest.mark.parametrize(
    ("keyword", "found"),
    [
        ("hooks", ["there", "end_turn", "one"]),
        ("plugins", ["there", "end_turn", "one"]),
        ("interventions", ["interrupt", "one"]),
        ("memory_manager", ["end_turn", "one", "search_memory"]),
        ("context_manager", ["end_turn", "one", "retrieve_context", "TruncateStrategy", "EmergencyTruncateStrategy"]),
        ("approvals", ["interrupt", "one"]),
    ],
)
async def test_other_parts_in_a_generator(keyword: str, found: list[str], env: Env) -> None:
    model = FactualModel([ToolCall("one"), "done"], {"context_window_limit": 100_000})
    env.plugin = StrandsPlugin(models={"scripted": lambda: model})
    got = await env.run(wf.HasOthers, keyword)
    assert got == found


@pytest.mark.uncached
async def test_tools_as_activities_in_a_generator(env: Env) -> None:
    env.plugin = StrandsPlugin(tools=(each for each in (existing.draw, iter([existing.sync_where]))))
    assert await env.run(wf.HasActivities) == ["draw", "sync_where"]


def test_names_of_variables_in_a_generator() -> None:
    assert StrandsPlugin(resolvable_worker_env_vars=(name for name in ("A", "B")))


class Noting(Interceptor):
    """Notes that a workflow's class was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def workflow_interceptor_class(self, input: Any) -> type[WorkflowInboundInterceptor] | None:
        self.asked += 1
        return None


async def test_a_workers_interceptors_in_a_generator(env: Env) -> None:
    env.model(["done"])
    of_worker, of_replayer = Noting(), Noting()
    given: Any = iter([of_worker])
    async with env.worker(wf.HasTools, interceptors=given):
        handle = await env.start(wf.HasTools.run, "list", False)
        await env.result(handle)
    assert of_worker.asked
    replayed: Any = iter([of_replayer])
    replayer = Replayer(workflows=[wf.HasTools], plugins=[env.plugin], interceptors=replayed)
    await replayer.replay_workflow(await handle.fetch_history())
    assert of_replayer.asked
