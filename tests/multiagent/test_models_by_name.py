"""A name wherever Strands takes a model: judges, summarizers, routers, plain agents."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, scheduled_activities, timers
from . import steering_workflows as wf


def models(env: Env, **scripts: Any) -> dict[str, ScriptedModel]:
    made = {name: ScriptedModel(script) for name, script in scripts.items()}
    env.plugin = StrandsPlugin(models={name: (lambda model=model: model) for name, model in made.items()})
    return made


def deletes(request: ScriptedRequest) -> Step:
    """Deletes /a, then tells what came of it."""
    return f"saw: {request.tool_result()}" if request.tool_results else ToolCall("delete", {"path": "/a"})


def judges(decision: str) -> Any:
    return lambda request: ToolCall(request.tool_specs[0]["name"], {"decision": decision, "reason": f"says {decision}"})


@pytest.mark.parametrize("by_aux_model", [False, True])
@pytest.mark.parametrize("decision", ["proceed", "guide", "interrupt"])
async def test_steering(env: Env, decision: str, by_aux_model: bool) -> None:
    made = models(env, scripted=deletes, judge=judges(decision))
    async with env.worker(wf.Steered):
        stop_reason, text, asked = await env.execute(wf.Steered.run, by_aux_model)
    (judged,) = made["judge"].requests
    assert judged.system_prompt == "Judge." and "delete" in judged.text
    if decision == "proceed":
        assert (stop_reason, text) == ("end_turn", "saw: deleted /a")
    elif decision == "guide":
        assert stop_reason == "end_turn" and "says guide" in text and "deleted /a" not in text
    else:
        assert stop_reason == "interrupt" and "says interrupt" in str(asked)
        assert len(made["scripted"].requests) == 1


async def test_steering_does_not_fail_open(env: Env) -> None:
    """A judge that cannot be asked lets nothing through."""
    made = models(env, scripted=deletes, judge=[ApplicationError("no judge today", non_retryable=True)])
    async with env.worker(wf.Steered):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Steered.run, False)
    assert "no judge today" in str(failure.value.cause)
    assert "hook 'SteeringHandler.provide_tool_steering_guidance'" in str(failure.value.cause)
    assert not [each for each in made["scripted"].requests if each.tool_results]


async def test_summaries(env: Env) -> None:
    made = models(env, scripted=lambda request: f"said {request.text}", judge=lambda request: "a summary")
    async with env.worker(wf.Summarized):
        texts = await env.execute(wf.Summarized.run)
    assert "a summary" in texts[0] and texts[-1] == "said say 2" and "say 0" not in texts
    (asked,) = made["judge"].requests
    assert "say 0" in str(asked.messages)


@pytest.mark.uncached
async def test_a_router_goes_on_with_the_second(env: Env) -> None:
    made = models(
        env, broken=lambda request: PermissionError("out of order"), scripted=lambda request: f"saw {request.text}"
    )
    async with env.worker(wf.Routed):
        handle = await env.start(wf.Routed.run)
        assert await env.result(handle) == ["saw go 0", "saw go 1"]
    assert made["broken"].requests
    assert not timers(await handle.fetch_history())


async def test_what_fails_in_a_plain_agent_fails_the_workflow(env: Env) -> None:
    models(env, scripted=["hello"])
    async with env.worker(wf.Plain):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Plain.run, "scripted")
        assert "KeyError: Agent 'plain': 'the callback'" in str(failure.value.cause)
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Plain.run, "nobody")
    assert "'nobody'" in str(failure.value.cause) and "'scripted'" in str(failure.value.cause)


BESIDE = ["judge", "steering", "extraction", "strategy", "summarizer", "made there"]
"""A provider's model, in a workflow, in each place for a model object."""


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ("object", "TemporalModel(model=...) takes the NAME of a model, not a TemporalModel object"),
        ("empty", "TemporalModel(model=...) takes the name of a model in StrandsPlugin(models=...), not ''"),
        ("option", "TemporalModel got an unknown option 'timeout'"),
        *((each, "write TemporalModel('name')") for each in BESIDE),
        ("auxiliary", "TemporalAgent(aux_model=...) takes the name of a model in StrandsPlugin(models=...), not 7"),
    ],
)
async def test_what_is_no_name(env: Env, mistake: str, words: str) -> None:
    models(env, scripted=["hello"])
    async with env.worker(wf.Mistake):
        handle = await env.start(wf.Mistake.run, mistake)
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
    assert words in str(failure.value.cause)
    assert not scheduled_activities(await handle.fetch_history())
