"""What the agent loop asks of its model besides answers comes from the worker's model, and is recorded once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from strands import Agent
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest

from ..env import Env, EventType, of_type, scheduled_activities
from . import facts_workflows as wf
from .crossing_workflows import shown
from .factual import PUBLIC, CountingModel, FactualModel

KNOWN = {"config": PUBLIC, "limit": 300, "utilization": 0.1, "stateful": False}
UNKNOWN = {"config": {}, "limit": None, "utilization": None, "stateful": False}


def serve(env: Env, model: Any, *, sync_calls: bool = True, **options: Any) -> None:
    env.plugin = StrandsPlugin(models={"model": lambda: model}, sync_calls=sync_calls, **options)


async def run(env: Env, workflow: Any, *args: Any) -> tuple[Any, list[str], Any]:
    """A workflow's result, the activities that it scheduled, and its history."""
    async with env.worker(workflow):
        handle = await env.start(workflow.run, *args)
        result = await env.result(handle)
    history = await handle.fetch_history()
    return result, scheduled_activities(history), history


def results_in(history: Any) -> list[bytes]:
    completed = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
    return [event.activity_task_completed_event_attributes.result.SerializeToString() for event in completed]


@pytest.mark.parametrize(
    ("where", "described", "found"),
    [
        ("after", 0, [{}, KNOWN]),
        ("workflow", 1, [{}, KNOWN, KNOWN]),
        ("tool", 1, [{}, KNOWN, KNOWN]),
        ("hook", 1, [{}, KNOWN, KNOWN, KNOWN]),
        ("init", 0, [UNKNOWN, KNOWN]),
    ],
)
async def test_facts_are_recorded_once(where: str, described: int, found: Any, env: Env) -> None:
    serve(env, FactualModel(["one", "two"]))
    result, activities, history = await run(env, wf.Asks, where)
    assert result == found
    assert activities == ["describe_model"] * described + ["invoke_model"] * 2
    assert sum(b"context_window_limit" in result for result in results_in(history)) == 1
    assert "hidden" not in str(history)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("after", [{}, KNOWN]),
        ("workflow", [{}, UNKNOWN, KNOWN]),
        ("hook", [{}, KNOWN, KNOWN, KNOWN]),
        ("init", [UNKNOWN, KNOWN]),
    ],
)
async def test_facts_without_sync_calls(where: str, found: Any, env: Env) -> None:
    """Sync code that cannot wait finds nothing before the first reply, or what async code has found out before it."""
    serve(env, FactualModel(["one", "two"]), sync_calls=False)
    result, activities, _ = await run(env, wf.Asks, where)
    assert result == found
    assert activities == ["describe_model"] * (where == "hook") + ["invoke_model"] * 2


@pytest.mark.parametrize("config", [NotImplementedError("no configuration"), 7])
async def test_a_model_that_does_not_say_what_it_is_answers_all_the_same(config: Any, env: Env) -> None:
    serve(env, FactualModel(["one", "two"], config))
    result, _, _ = await run(env, wf.Asks, "after")
    assert result == [{}, UNKNOWN]


@pytest.mark.parametrize(
    ("manager", "sync_calls"),
    [*((manager, True) for manager in wf.MANAGERS), ("sliding", False), ("sliding, early", False)],
)
async def test_conversations_are_compressed_as_outside(manager: str, sync_calls: bool, env: Env) -> None:
    def script(request: ScriptedRequest) -> str:
        return (
            "a summary" if "summar" in (request.system_prompt or "") else f"reply to {request.text[:8]}" + " word" * 9
        )

    env.replays_sandboxed = True  # the agent outside writes into the earlier messages, which are this module's
    outside, inside = FactualModel(script), FactualModel(script)
    expected = await wf.chat(partial(Agent, outside, callback_handler=None), wf.MANAGERS[manager]())
    serve(env, inside, sync_calls=sync_calls)
    got, activities, _ = await run(env, wf.Compresses, manager)
    assert got == expected
    assert shown(seen(inside)) == shown(seen(outside))
    assert len(seen(outside)[-1][1]) < len(wf.EARLIER)  # it was compressed
    assert activities.count("describe_model") == 1


def seen(model: FactualModel) -> list[Any]:
    return [[request.system_prompt, request.messages] for request in model.requests]


@pytest.mark.uncached
async def test_summarizing_needs_sync_calls(env: Env, caplog: pytest.LogCaptureFixture) -> None:
    """Strands calls the model from sync code for it, and goes on without where that fails."""
    model = FactualModel(lambda request: "ok")
    serve(env, model, sync_calls=False)
    got, _, _ = await run(env, wf.Compresses, "summarizing")
    assert len(got) == len(wf.EARLIER) + 2 * 8
    assert "StrandsPlugin(sync_calls=False)" in caplog.text


@pytest.mark.parametrize("sync_calls", [True, False])
async def test_a_models_own_count_is_what_a_hook_sees(sync_calls: bool, env: Env) -> None:
    script = ["1", "2", "3"]
    outside, inside = CountingModel(script), CountingModel(script)
    expected = await wf.counts(partial(Agent, outside, callback_handler=None), True)
    serve(env, inside, sync_calls=sync_calls)
    got, activities, _ = await run(env, wf.Counts, True)
    assert got == expected and len(got) == 4
    assert inside.counted == outside.counted
    assert activities == [
        "describe_model",
        *(["count_model_tokens", "invoke_model"] * 3),
        "count_model_tokens",
    ]


async def test_nothing_is_counted_where_nobody_looks(env: Env) -> None:
    model = CountingModel(["1", "2", "3"])
    serve(env, model)
    _, activities, _ = await run(env, wf.Counts, False)
    assert activities == ["invoke_model"] * 3
    assert model.counted == []


async def test_what_is_too_large_to_be_sent_is_estimated(env: Env) -> None:
    model = CountingModel([])
    serve(env, model, payload_limit=20_000)
    (counted, estimated), activities, _ = await run(env, wf.CountsTooMuch, 3, 10_000)
    assert model.counted == [counted]
    assert estimated == await FactualModel([]).count_tokens([{"role": "user", "content": [{"text": "x" * 10_000}]}] * 3)
    assert activities == ["describe_model", "count_model_tokens", "count_model_tokens"]
    env.plugin, env.cuts_replays = StrandsPlugin(payload_limit=None), False  # it replays under any limit


@pytest.mark.parametrize("how", ["sync", "async"])
async def test_a_wrong_name_is_said(how: str, env: Env) -> None:
    serve(env, FactualModel([]))
    with pytest.raises(WorkflowFailureError) as failure:
        await run(env, wf.Misnamed, how)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError)
    for words in ("Agent 'asker'", "Unknown model name 'modle'", "knows: 'model'"):
        assert words in cause.message
