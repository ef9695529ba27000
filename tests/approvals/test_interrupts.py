"""Interrupts of every kind: who is asked, what runs before and after the answer, and what the model sees."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHistory
from temporalio.exceptions import ApplicationError

from strands_temporal.testing import ScriptedModel, ToolCall

from ..env import Env, EventType, of_type, scheduled_activities, texts
from . import interrupt_workflows as wf
from . import partial_workflow as partial

KINDS = ["by_hook", "by_context", "by_raising", "by_activity", "by_mcp"]
DELETED = {
    "by_hook": "hook deleted /h",
    "by_context": "context deleted /h",
    "by_raising": "raising deleted /h",
    "by_activity": "activity deleted /h",
    "by_mcp": "mcp deleted /h",
    "free": "read /h",
}


def answer(interrupt_id: Any, response: Any = "approve") -> Any:
    return {"interruptResponse": {"interruptId": interrupt_id, "response": response}}


def asking(env: Env, *names: str) -> ScriptedModel:
    """A model that calls tools once, all in one message."""
    calls = [ToolCall(name, {} if name == "by_raising_hook" else {"path": "/h"}) for name in names]
    return env.model([calls, "done"])


def seen(model: ScriptedModel) -> list[Any]:
    """The results that the model saw: those of its second turn, which was asked for once."""
    (last,) = [request for request in model.requests if request.turn == 1]
    return last.tool_results


async def drive(env: Env, *prompts: Any) -> tuple[list[Any], list[str], Any]:
    """What the agent stopped for at first and after each prompt, the tools that ran, and the handle."""
    async with env.worker(wf.Driven, activities=[wf.by_activity]):
        handle = await env.start(wf.Driven.run)
        stops = [await handle.execute_update(wf.Driven.stopped)]
        for prompt in prompts:
            if callable(prompt):
                prompt = prompt(stops)
            stops.append(await handle.execute_update(wf.Driven.resume, prompt))
        return stops, await env.result(handle), handle


def activity_runs(handle: Any) -> int:
    return len(wf.RUNS.get(handle.id, ()))


@pytest.mark.parametrize("kind", KINDS)
async def test_approved(env: Env, kind: str) -> None:
    model = asking(env, kind)
    stops, ran, handle = await drive(env, lambda stops: [answer(stops[0][0])])
    assert len(stops[0]) == 1 and stops[1] == "ended: done"
    assert texts(seen(model)) == [DELETED[kind]] and seen(model)[0]["status"] == "success"
    asked_first = {"by_context": ["by_context asks"] * 2, "by_raising": ["by_raising"]}
    assert ran == [] if kind == "by_activity" else sorted(ran) == sorted([*asked_first.get(kind, []), kind])
    assert activity_runs(handle) == (2 if kind == "by_activity" else 0)


@pytest.mark.parametrize(
    ("kind", "words", "status"),
    [
        ("by_hook", "denied", "error"),
        ("by_mcp", "denied", "error"),
        ("by_context", "kept /h, for the answer was no", "success"),
    ],
)
async def test_refused(env: Env, kind: str, words: str, status: str) -> None:
    model = asking(env, kind)
    _, ran, _ = await drive(env, lambda stops: [answer(stops[0][0], "no")])
    assert texts(seen(model)) == [words] and seen(model)[0]["status"] == status
    assert kind not in ran


async def test_an_interrupt_that_a_hook_made_by_itself_can_be_answered(env: Env) -> None:
    """Strands does not know it and would refuse the answer."""
    model = asking(env, "by_raising_hook")
    stops, ran, _ = await drive(env, [answer("from the hook")])
    assert stops[0] == ["from the hook"] and ran == ["by_raising_hook"]
    assert texts(seen(model)) == ["raising hook deleted"]


@pytest.mark.uncached(2)
@pytest.mark.parametrize("seed", range(3))
async def test_several_at_once_answered_in_any_order_and_not_all_together(env: Env, seed: int) -> None:
    chance = random.Random(seed)
    model = asking(env, *KINDS, "free")
    async with env.worker(wf.Driven, activities=[wf.by_activity]):
        handle = await env.start(wf.Driven.run)
        pending = await handle.execute_update(wf.Driven.stopped)
        assert len(pending) == len(KINDS) and activity_runs(handle) == 1
        answered: list[str] = []
        while isinstance(pending, list):
            chosen = chance.sample(pending, chance.randint(0, min(2, len(pending))))
            now = await handle.execute_update(wf.Driven.resume, [answer(each) for each in chosen])
            answered += chosen
            left = [each for each in pending if each not in chosen]
            assert sorted(now) == sorted(left) if left else now == "ended: done"
            # The activity takes its second run for the answer; others being answered must not be one.
            assert activity_runs(handle) == 1 + ("activity:/h" in answered)
            pending = now
        ran = await env.result(handle)
    assert sorted(texts(seen(model))) == sorted(DELETED.values())
    assert {each["toolUseId"] for each in seen(model)} == {f"tooluse_0_{index}" for index in range(6)}
    assert all(ran.count(name) == 1 for name in ("by_hook", "by_context", "by_mcp", "free"))
    assert ran.count("by_context asks") == 2 and ran.count("by_raising") == 2
    history = await handle.fetch_history()
    assert scheduled_activities(history).count("by_activity") == 2


async def test_a_run_that_began_before_goes_on_as_it_began(env: Env) -> None:
    """Its history is among the golden ones, and has a run of a tool that nobody had answered. A new run has not."""
    env.model(lambda request: "done" if request.turn else [ToolCall("asks_once", {"path": p}) for p in ("/a", "/b")])
    async with env.worker(partial.PartialAnswers, activities=[partial.asks_once]):
        handle = await env.start(partial.PartialAnswers.run, "go")
        assert await env.result(handle) == [["/a", "/b"], ["/b"]]
    history = await handle.fetch_history()
    assert scheduled_activities(history).count("asks_once") == 4
    golden = Path(__file__).parents[1] / "replay/histories/0.2.0/partial_answers.json"
    old = WorkflowHistory.from_json("partial_answers", golden.read_text())
    assert scheduled_activities(old).count("asks_once") == 4
    assert not of_type(old, EventType.EVENT_TYPE_MARKER_RECORDED) and of_type(
        history, EventType.EVENT_TYPE_MARKER_RECORDED
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([answer("activity:/h"), answer("no such id")], "got an answer to interrupt 'no such id', which it has not"),
        ([answer("activity:/h"), answer(7)], "got an answer to interrupt 7, which it has not"),
        ([answer("activity:/h"), answer("activity:/h", "no")], "the first answer counts"),
        ("approve", "got a prompt of type str"),
        (None, "got no prompt"),
        ([{"text": "approve"}], "got {'text': 'approve'}"),
        (["approve"], "got 'approve'"),
        ([{"interruptResponse": {"interruptId": "activity:/h"}}], "got {'interruptResponse'"),
    ],
)
async def test_a_wrong_answer_is_refused_as_a_whole_and_loses_nothing(env: Env, wrong: Any, words: str) -> None:
    model = asking(env, "by_activity", "by_hook")
    stops, _, handle = await drive(
        env,
        wrong,
        [],
        lambda stops: [answer(each) for each in stops[0]] if sorted(stops[2]) == sorted(stops[0]) else "lost",
    )
    assert words in stops[1] and "Nothing was applied" in stops[1] and "'activity:/h' (approval)" in stops[1]
    assert sorted(stops[2]) == sorted(stops[0]) and stops[3] == "ended: done"
    assert texts(seen(model)) == [DELETED["by_activity"], DELETED["by_hook"]] and activity_runs(handle) == 2


async def test_the_first_answer_counts(env: Env) -> None:
    """An answer that was given stands, also while others are waited for; the same answer again is no mistake."""
    model = asking(env, "by_hook", "by_context")

    def find(stops: Any, text: str) -> str:
        return next(each for each in stops[0] if text in each)

    stops, ran, _ = await drive(
        env,
        lambda stops: [answer(find(stops, "before_tool"), "no")],
        lambda stops: [answer(find(stops, "before_tool"), "approve")],
        lambda stops: [answer(find(stops, "before_tool"), "no"), answer(find(stops, "v1:tool_call"))],
    )
    assert "which has been answered with 'no'; the first answer counts" in stops[2]
    assert "by_hook" not in ran and texts(seen(model)) == ["denied", DELETED["by_context"]]


@pytest.mark.parametrize("catch", [True, False])
async def test_an_answer_that_comes_too_late(env: Env, catch: bool) -> None:
    asking(env, "by_hook")
    async with env.worker(wf.AnswersTwice, activities=[wf.by_activity]):
        handle = await env.start(wf.AnswersTwice.run, catch)
        if catch:
            assert "got answers to interrupts and waits for none" in await env.result(handle)
            return
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == "InterruptResponseError"


async def test_continue_as_new_with_open_and_answered_interrupts(env: Env) -> None:
    model = asking(env, *KINDS, "free")
    async with env.worker(wf.Driven, activities=[wf.by_activity]):
        handle = await env.start(wf.Driven.run)
        pending = await handle.execute_update(wf.Driven.stopped)
        (activity,) = [each for each in pending if each.startswith("activity")]
        (hook,) = [each for each in pending if "before_tool_call:tooluse_0_0" in each]
        left = await handle.execute_update(wf.Driven.resume, [answer(hook, "no")])
        await handle.signal(wf.Driven.continue_as_new)
        await continued(env, handle)
        later = env.client.get_workflow_handle(handle.id)
        assert sorted(await later.execute_update(wf.Driven.stopped)) == sorted(left)
        assert activity_runs(handle) == 1
        others = [each for each in left if each != activity]
        assert await later.execute_update(wf.Driven.resume, [answer(each) for each in others]) == [activity]
        assert activity_runs(handle) == 1
        assert await later.execute_update(wf.Driven.resume, [answer(activity)]) == "ended: done"
        ran = await env.result(later)
    results = {each["toolUseId"]: each["content"][0]["text"] for each in seen(model)}
    assert results == {f"tooluse_0_{index}": DELETED[name] for index, name in enumerate([*KINDS, "free"])} | {
        "tooluse_0_0": "denied"
    }
    assert ran.count("free") == 1 and "by_hook" not in ran and activity_runs(handle) == 2


async def continued(env: Env, handle: Any) -> None:
    """Wait for the end of the first run, and replay it; the last is replayed with all others."""
    first = env.client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
    await env.until(first, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW)
    await env.replay(await first.fetch_history())
