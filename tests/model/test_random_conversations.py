"""A thousand conversations: what the model got is what Strands sent, always."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client

from strands_temporal import StrandsPlugin
from strands_temporal._model import whole_requests
from strands_temporal._model.cache import RequestCache
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env
from .random_workflows import WORDS, RandomConversations, arguments, fingerprint

AGENTS, TURNS, AT_ONCE = 25, 3, 4
LIMIT = 110.0
"""Seconds that the conversations of one test may take on a slow machine."""


class Watched(ScriptedModel):
    """Remembers the fingerprint of what it got."""

    def __init__(self, got: Counter[str]) -> None:
        super().__init__(script)
        self.got = got

    async def stream(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, messages: Any, tool_specs: Any = None, system_prompt: Any = None, **options: Any
    ) -> AsyncGenerator[Any, None]:
        self.got[fingerprint(arguments(messages, tool_specs, system_prompt, options))] += 1
        async for event in super().stream(messages, tool_specs, system_prompt, **options):
            yield event


@activity.defn
async def nothing() -> None:
    """A worker without workflows wants an activity of its own."""


def script(request: ScriptedRequest) -> Step:
    """Calls the tool now and then, by what it was asked."""
    if request.tool_results:
        return request.tool_result()[:50]
    number = sum(map(ord, request.text))
    return ToolCall("lookup", {"word": WORDS[number % len(WORDS)]}) if number % 3 == 0 else request.text[::-1]


async def converse(env: Env, got: Counter[str], seeds: range, cache_bytes: int | None = None, **options: Any) -> Any:
    """Run a workflow for each seed, a few at once, and compare."""
    env.plugin = _plugin(got)
    if cache_bytes is not None:
        env.plugin._cache = RequestCache(cache_bytes)  # pyright: ignore[reportPrivateUsage]
    async with env.worker(RandomConversations, **options):
        handles: list[Any] = []
        sent: Counter[str] = Counter()
        for start in range(seeds.start, seeds.stop, AT_ONCE):
            some = [
                await env.start(RandomConversations.run, seed, AGENTS, TURNS)
                for seed in range(start, min(start + AT_ONCE, seeds.stop))
            ]
            for handle in some:
                sent.update(await env.result(handle, LIMIT))
            handles += some
    assert sum(sent.values()) >= len(seeds) * AGENTS * TURNS
    assert got == sent
    return handles


def _plugin(got: Counter[str]) -> StrandsPlugin:
    return StrandsPlugin(models={"scripted": lambda: Watched(got)})


async def test_conversations_on_a_warm_worker(client: Client, task_queue: str, few: bool) -> None:
    """600 conversations, then each history replays."""
    env = Env(client, task_queue)
    await converse(env, Counter(), range(4 if few else 24))
    await env.check_histories()


async def test_model_calls_on_another_worker(client: Client, task_queue: str, few: bool) -> None:
    """150 conversations, their workflows on one worker and their model calls on another, which remembers."""
    env, got = Env(client, task_queue), Counter[str]()
    async with env.worker(activities=[nothing], plugins=[_plugin(got)]):
        await converse(env, got, range(400, 401 if few else 406), no_remote_activities=True)


async def test_workflows_that_are_evicted_all_the_time(client: Client, task_queue: str, few: bool) -> None:
    """100 conversations, the workflows replayed for most of their tasks."""
    env = Env(client, task_queue)
    await converse(env, Counter(), range(100, 103 if few else 104), max_cached_workflows=2)


@pytest.mark.parametrize("cache_bytes", [0, 100_000])
async def test_requests_that_are_forgotten(client: Client, task_queue: str, cache_bytes: int, few: bool) -> None:
    """150 conversations each, with every request, or many, rebuilt from the history."""
    await converse(Env(client, task_queue), Counter(), range(200, 201 if few else 206), cache_bytes)


async def test_requests_that_are_asked_for(
    client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch, few: bool
) -> None:
    """100 conversations with nothing remembered, and requests sent whole all the time."""
    monkeypatch.setattr(whole_requests, "READ_BYTES", 5_000)
    env = Env(client, task_queue)
    handles = await converse(env, Counter(), range(500, 501 if few else 504), 0, max_cached_workflows=2)
    asked = [event for handle in handles for event in (await handle.fetch_history()).events if is_asking(event)]
    assert len(asked) >= len(handles)  # how often depends on how many calls are recorded at once
    await env.check_histories()


def is_asking(event: Any) -> bool:
    return b"asks_for_all" in event.activity_task_completed_event_attributes.SerializeToString()


async def test_a_reset_goes_on_with_the_history_of_another_run(client: Client, task_queue: str) -> None:
    got: Counter[str] = Counter()
    env = Env(client, task_queue)
    (handle,) = await converse(env, got, range(300, 301))
    events = (await handle.fetch_history()).events
    tasks = [event.event_id for event in events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
    async with env.worker(RandomConversations):
        for place in (len(tasks) // 4, len(tasks) // 2, len(tasks) - 3):
            got.clear()
            reply = await client.workflow_service.reset_workflow_execution(
                ResetWorkflowExecutionRequest(
                    namespace=client.namespace,
                    workflow_execution={"workflow_id": handle.id, "run_id": handle.first_execution_run_id},  # type: ignore[arg-type]
                    workflow_task_finish_event_id=tasks[place],
                    request_id=f"{handle.id} {place}",
                )
            )
            sent = Counter(await env.result(client.get_workflow_handle(handle.id, run_id=reply.run_id)))
            assert got and not got - sent, "the model was asked what Strands did not send"
