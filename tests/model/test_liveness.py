"""A model call that lives is left alone, and one that does not is ended and tried again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from strands.models import Model
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

from strands_temporal import StrandsPlugin
from strands_temporal._errors import InvalidOptionError
from strands_temporal.testing import Reply, ScriptedModel

from ..env import LIMIT, Env, EventType, of_type
from ..errors.conftest import _broken_streams_are_closed, _no_aws_profile  # noqa: F401 - fixtures
from ..errors.real_models import anthropic, bedrock, openai
from ..fixtures.providers import Silence, Text, provider_server
from . import liveness_workflows as wf
from .factual import CountingModel
from .recording import RecordingModel, reply

pytestmark = pytest.mark.timing

ANSWER = "A good answer."
IDLE = timedelta(seconds=1)

BUSY = 10.0
"""Seconds in which a busy machine notices that `IDLE` is over; the client itself waits for `LIMIT`."""

CLIENTS: dict[str, Callable[..., Model]] = {"anthropic": anthropic, "bedrock": bedrock, "openai": openai}


async def asked(env: Env, model: Model, *args: Any, idle: timedelta | None = IDLE, **worker: Any) -> list[Any]:
    """The attempts of an agent's model activities, by number of the attempt and the failure before it."""
    env.plugin = StrandsPlugin(models={"model": lambda: model}, stream_idle_timeout=idle)
    async with env.worker(wf.Asks, **worker):
        handle = await env.start(wf.Asks.run, *args)
        assert await env.result(handle) == ANSWER
    started = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    attempts = [event.activity_task_started_event_attributes for event in started]
    return [(each.attempt, each.last_failure.message) for each in attempts]


class Timed(Interceptor):
    """How long each attempt took on its worker, which does not count when the server begins it."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        seconds = self.seconds

        class Inbound(ActivityInboundInterceptor):
            async def execute_activity(self, input: ExecuteActivityInput) -> Any:
                began = time.monotonic()
                try:
                    return await super().execute_activity(input)
                finally:
                    seconds.append(time.monotonic() - began)

        return Inbound(next)


@pytest.mark.parametrize("silence", [Silence(after_start=True), Silence()])
@pytest.mark.parametrize("provider", CLIENTS)
async def test_a_stream_that_is_silent_is_given_up(provider: str, silence: Silence, env: Env) -> None:
    async with provider_server(silence, Text(ANSWER)) as server:
        timed = Timed()
        ((attempt, failure),) = await asked(env, CLIENTS[provider](server.url, patience=LIMIT), interceptors=[timed])
        assert len(server.requests) == 2
        assert timed.seconds[0] < BUSY
    assert attempt == 2
    assert failure == "the model gave nothing for 1 s (model 'model')"


async def test_a_model_that_is_slow_is_left_alone(env: Env) -> None:
    slow = Reply([ANSWER], chunk_delay=0.3)
    assert await asked(env, ScriptedModel([slow], chunk_size=3), 1.0) == [(1, "")]


async def test_a_model_that_thinks_for_longer_than_a_heartbeat_is_left_alone(env: Env) -> None:
    assert await asked(env, ScriptedModel([Reply([ANSWER], delay=1.5)]), 1.0, idle=None) == [(1, "")]


@pytest.mark.uncached
async def test_a_count_that_takes_longer_than_a_heartbeat_is_left_alone(env: Env) -> None:
    class SlowlyCounting(CountingModel):
        async def count_tokens(self, *args: Any, **kwargs: Any) -> int:
            await asyncio.sleep(1.5)
            return await super().count_tokens(*args, **kwargs)

    attempts = await asked(env, SlowlyCounting([ANSWER]), 1.0, True, idle=None)
    assert attempts == [(1, "")] * 3  # the description, the count and the call


async def test_heartbeats_reach_the_server(env: Env) -> None:
    end = asyncio.Event()

    class Held(RecordingModel):
        async def stream(self, *args: Any, **more: Any) -> AsyncIterator[Any]:
            await end.wait()
            async for event in super().stream(*args, **more):
                yield event

    model = Held([reply(ANSWER)])
    env.plugin = StrandsPlugin(models={"model": lambda: model})
    async with env.worker(wf.Asks):
        handle = await env.start(wf.Asks.run, 0.6)
        beats: set[Any] = set()
        for _ in range(int(LIMIT / 0.05)):
            for pending in (await handle.describe()).raw_description.pending_activities:
                if pending.HasField("last_heartbeat_time"):
                    beats.add(pending.last_heartbeat_time.ToNanoseconds())
            if len(beats) == 3:
                break
            await asyncio.sleep(0.05)
        end.set()
        assert await env.result(handle) == ANSWER
    assert len(beats) == 3


class BrokenOnce(Interceptor):
    """A worker whose first heartbeat fails."""

    def __init__(self) -> None:
        self.failed = 0

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        owner = self

        class Outbound(ActivityOutboundInterceptor):
            def heartbeat(self, *details: Any) -> None:
                if not owner.failed:
                    owner.failed += 1
                    raise OSError("no way to the server")
                super().heartbeat(*details)

        class Inbound(ActivityInboundInterceptor):
            def init(self, outbound: ActivityOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

        return Inbound(next)


async def test_an_attempt_whose_heartbeat_fails_is_given_up(env: Env) -> None:
    broken = BrokenOnce()
    model = ScriptedModel(lambda request: Reply([ANSWER], delay=LIMIT if request.attempt == 1 else 0))
    ((attempt, failure),) = await asked(env, model, 0.6, idle=None, interceptors=[broken])
    assert broken.failed == 1 and attempt == 2
    assert failure == "The heartbeat of the model call failed (model 'model')"


async def test_a_model_that_waits_for_its_thread_is_told_before(env: Env) -> None:
    """Its thread ends by the cancellation signal, and it does not end before its thread does."""
    ended: list[bool] = []

    class OnAThread(RecordingModel):
        async def stream(self, *args: Any, cancel_signal: Any = None, **more: Any) -> AsyncIterator[Any]:
            if not ended:
                thread = asyncio.create_task(asyncio.to_thread(cancel_signal.wait, LIMIT))
                try:
                    await asyncio.Event().wait()
                finally:
                    ended.append(await thread)
            async for event in super().stream(*args, **more):
                yield event

    ((attempt, _),) = await asked(env, OnAThread([reply(ANSWER)]))
    assert attempt == 2 and ended == [True]


@pytest.mark.parametrize("idle", [5, 0.5, "5", timedelta(0), timedelta(seconds=-1), True])
def test_idle_timeouts_that_are_refused(idle: Any) -> None:
    with pytest.raises(InvalidOptionError, match=r"stream_idle_timeout=.* takes a timedelta longer than zero, or None"):
        StrandsPlugin(stream_idle_timeout=idle)


@pytest.mark.parametrize("limit", [0, -1, 1.5, "2MB", True, timedelta(seconds=1)])
def test_payload_limits_that_are_refused(limit: Any) -> None:
    with pytest.raises(
        InvalidOptionError, match=r"payload_limit=.* takes a number of bytes greater than zero, or None"
    ):
        StrandsPlugin(payload_limit=limit)
