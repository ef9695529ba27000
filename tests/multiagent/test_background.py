"""Background tasks: the agent goes on, hears of each result once, and no timer polls."""

from __future__ import annotations

import pytest

from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env, scheduled_activities, timers
from . import background_workflows as wf

TOPICS = ["bees", "ants"]


def seen(request: ScriptedRequest) -> list[str]:
    """The texts of all tool results."""
    results = [
        block["toolResult"] for message in request.messages for block in message["content"] if "toolResult" in block
    ]
    return [part.get("text") or str(part.get("json")) for result in results for part in result["content"]]


def answers(request: ScriptedRequest) -> Step:
    if request.turn == 0:
        return [ToolCall("report", {"topic": topic}) for topic in TOPICS]
    found = [topic for topic in TOPICS if any(f"a report on {topic}" in text for text in seen(request))]
    return f"know of {found}"


@pytest.mark.parametrize("options", [{}, {"max_concurrency": 1}])
async def test_the_agent_hears_of_each_result(env: Env, options: dict[str, int]) -> None:
    model = env.model(answers)
    async with env.worker(wf.Background, activities=[wf.report]):
        handle = await env.start(wf.Background.run, options)
        assert await env.result(handle) == ["end", f"know of {TOPICS}"]
    # It went on before the reports were there.
    assert not any("a report on" in text for text in seen(model.requests[1]))
    last = seen(model.requests[-1])
    assert [sum(f"a report on {topic}" in text for text in last) for topic in TOPICS] == [1, 1]
    history = await handle.fetch_history()
    assert scheduled_activities(history).count("report") == 2 and not timers(history)


@pytest.mark.uncached
async def test_a_task_that_takes_too_long(env: Env) -> None:
    model = env.model(lambda request: answers(request) if request.turn == 0 else f"saw {seen(request)[-1]}")
    async with env.worker(wf.Background, activities=[wf.report]):
        _, text = await env.execute(wf.Background.run, {"timeout": 0.2})
    assert "Timed out after 0.2s" in text and len(model.requests) >= 3


async def test_cancelling_does_not_wait_for_them(env: Env) -> None:
    env.model(answers)
    async with env.worker(wf.Background, activities=[wf.report]):
        handle = await env.start(wf.Background.run, {}, True)
        assert (await env.result(handle))[0] in ("cancelled", "end_turn")
    assert not timers(await handle.fetch_history())
