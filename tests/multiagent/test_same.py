"""Agents that hand over, choose and steer: all models see what they see outside of workflows."""

from __future__ import annotations

import asyncio
import json
import re
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from strands import Agent
from strands.types.exceptions import ContextWindowOverflowException

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import LIMIT, Env, swarm_timers, texts, timers
from ..suite.processes import worker_process
from . import same_workflows as wf
from .test_graph import told

MEASURE = ToolCall("measure", {"word": "four"}, id="m")

PLANS: dict[str, list[Step]] = {
    "expert": [MEASURE],
    "desk": [ToolCall("expert", {"input": "do it"}, id="d")],
    "hurry": [[ToolCall("expert", {"input": "do it"}, id="d"), MEASURE]],
    "lowest": [MEASURE],
    "middle": [ToolCall("lowest", {"input": "for the lowest"}, id="l")],
    "above": [ToolCall("middle", {"input": "for the middle"}, id="m")],
    "planner": [ToolCall("handoff_to_agent", {"agent_name": "builder", "message": "build"}, id="h")],
    "steered": [MEASURE, ToolCall("measure", {"word": "longer"}, id="n")],
    **{name: [MEASURE] for name in ("left", "right", "lower")},
    "upper": [MEASURE, ToolCall("handoff_to_agent", {"agent_name": "lower", "message": "yours"}, id="h")],
}
"""What each agent does first."""

TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.+:]+")
"""Of the ledger, which judges are told."""

SUMMED_UP = ("left", "right", "lower")
"""Whose conversation is too long once."""


def answers(request: ScriptedRequest) -> Step:
    name, plan = told(request), PLANS.get(told(request), [])
    if name in ("ping", "pong"):
        other = "pong" if name == "ping" else "ping"
        if request.tool_results:
            return "handed on"
        return ToolCall("handoff_to_agent", {"agent_name": other, "message": "yours"}, id=f"h{request.turn}")
    if (
        name in SUMMED_UP
        and request.turn == 1
        and len(request.messages) == 3
        and "summary" not in str(request.messages)
    ):
        return ContextWindowOverflowException("too long")
    if request.turn < len(plan):
        return plan[request.turn]
    return f"{name} with {len(request.messages)}: {request.text[-60:]}{''.join(texts(request.tool_results))}"


def is_classifier(request: ScriptedRequest) -> bool:
    return "model-routing classifier" in str(request.system_prompt)


def judged(request: ScriptedRequest) -> Step:
    tools = {each["name"] for each in request.tool_specs}
    if is_classifier(request):
        return ToolCall("_ClassifierSelection", {"selected_candidate_index": 1})
    if "_LLMSteering" in tools:
        return ToolCall("_LLMSteering", {"decision": "proceed", "reason": "fine"})
    return answers(request)


def models(before: Callable[[str, ScriptedRequest], None] = lambda model, request: None) -> dict[str, ScriptedModel]:
    """Each model; before it answers, something may be done."""

    def made(name: str, script: Callable[[ScriptedRequest], Step]) -> ScriptedModel:
        def answer(request: ScriptedRequest) -> Step:
            before(name, request)
            return script(request)

        return ScriptedModel(answer)

    scripts: dict[str, Callable[[ScriptedRequest], Step]] = {
        "scripted": answers,
        "judge": judged,
        "aux": lambda request: "the summary",
        "cheap": lambda request: "hello",
        "broken": lambda request: ValueError("out of order"),
    }
    return {name: made(name, script) for name, script in scripts.items()}


def plugin(made: dict[str, ScriptedModel]) -> StrandsPlugin:
    return StrandsPlugin(models={key: partial(lambda model: model, model) for key, model in made.items()})


def seen(model: ScriptedModel) -> list[str]:
    """What a model was asked; nodes beside each other may come in any order."""
    asked: list[Any] = []
    for each in model.requests:
        # Of a classifier Strands asks structured output, which the scripted model gives outside without a tool.
        tools = [] if is_classifier(each) else [one["name"] for one in each.tool_specs]
        asked.append([told(each), [[one["role"], one["content"]] for one in each.messages], tools])
    return sorted(TIMES.sub("TIME", json.dumps(each)) for each in asked)


async def outside(name: str) -> tuple[Any, dict[str, ScriptedModel]]:
    made = models()

    def make(**options: Any) -> Agent:
        aux = options.pop("aux_model", None)
        return Agent(made["scripted"], aux_model=aux and made[aux], **options)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return await wf.CASES[name](wf.Side(make, lambda model: made[model])), made


@pytest.mark.uncached(3)
@pytest.mark.filterwarnings("ignore:context_window_limit is not set")
@pytest.mark.parametrize("name", wf.CASES)
async def test_as_outside(env: Env, name: str) -> None:
    expected, before = await outside(name)
    made = models()
    env.plugin = plugin(made)
    async with env.worker(wf.Same):
        handle = await env.start(wf.Same.run, name)
        result = await env.result(handle)
    for key, model in made.items():
        assert seen(model) == seen(before[key]), key
    assert json.dumps(result) == json.dumps(expected)
    assert made["aux"].requests or name != "sync_in_tasks"
    limits = {"routed_by_a_classifier": 1, "swarm_with_hooks": swarm_timers(2), "swarm_limits": swarm_timers(5)}
    allowed = limits | {"sync_in_tasks": swarm_timers(2)}
    assert len(timers(await handle.fetch_history())) <= allowed.get(name, 0)


@pytest.mark.filterwarnings("ignore:context_window_limit is not set")
@pytest.mark.parametrize(
    ("name", "stops_at"),
    [
        ("plain_below", "judge lowest 1"),
        ("routed_after_failures", "scripted routed 0"),
        ("sync_in_tasks", "aux"),
        ("sync_in_tasks", "scripted lower 1"),
    ],
)
async def test_after_a_kill(
    env: Env, name: str, stops_at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is killed in a model's call; another asks it again, and no other call is made twice."""
    expected, before = await outside(name)
    gate, log = tmp_path / "gate", tmp_path / "log"
    monkeypatch.setenv("STOPS_AT", stops_at)
    env.replays(wf.Same)
    async with worker_process(env, "tests.multiagent.same_worker", gate, log) as victim:
        handle = await env.start(wf.Same.run, name)
        for _ in range(int(LIMIT / 0.02)):
            if gate.with_suffix(".reached").exists():
                break
            await asyncio.sleep(0.02)
        else:
            raise AssertionError(f"no call {stops_at}: {log.read_text()}")
        victim.kill()
        await victim.wait()
    gate.touch()
    async with worker_process(env, "tests.multiagent.same_worker", gate, log):
        assert json.dumps(await env.result(handle)) == json.dumps(expected)
    asked = log.read_text().splitlines()
    calls = sum(len(model.requests) for model in before.values())
    in_flight = 2 if name == "sync_in_tasks" else 1  # two nodes are beside each other
    assert calls < len(asked) <= calls + in_flight, asked
