"""Calls of an agent that come twice at a time: a duplicate gets the first one's result, and its error."""

from __future__ import annotations

import pytest
from temporalio.exceptions import ApplicationError

from strands_temporal.testing import ScriptedRequest, Step

from ..env import Env, timers
from . import duplicate_workflows as wf


async def test_a_duplicate_gets_the_result_of_the_first(env: Env) -> None:
    model = env.model(lambda request: f"reply to {request.text}")
    async with env.worker(wf.CalledTwice):
        handle = await env.start(wf.CalledTwice.run, ["t", "t", "t"])
        assert await env.result(handle) == [*["reply to call t"] * 3, "reply to again", "4"]
    assert [each.text for each in model.requests] == ["call t", "again"]
    assert not timers(await handle.fetch_history())


async def test_a_duplicate_gets_the_error_of_the_first(env: Env) -> None:
    def script(request: ScriptedRequest) -> Step:
        if request.text == "call t":
            return ApplicationError("not today", non_retryable=True)
        return f"reply to {request.text}"

    env.model(script)
    async with env.worker(wf.CalledTwice):
        first, second, again, _ = await env.execute(wf.CalledTwice.run, ["t", "t"])
    assert "not today" in first and second == first and again == "reply to again"


@pytest.mark.uncached
async def test_another_token_is_another_call(env: Env) -> None:
    env.model(lambda request: f"reply to {request.text}")
    async with env.worker(wf.CalledTwice):
        first, second, _, _ = await env.execute(wf.CalledTwice.run, ["t", "u"])
    assert first == "reply to call t" and second.startswith("ConcurrencyException")


async def test_an_agent_that_may_be_called_twice_at_a_time(env: Env) -> None:
    env.model(lambda request: f"reply {request.turn}")
    async with env.worker(wf.Reentrant):
        assert await env.execute(wf.Reentrant.run) == ["reply 0", "reply 0"]
