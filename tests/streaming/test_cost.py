"""What streaming adds to a history, and what of a stream is carried into the next run."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHistory

from strands_temporal.testing import Reply

from ..env import LIMIT, Env, EventType, of_type
from . import streaming_workflows as wf
from .watching import Reader

TEXT = "".join(f"delta number {number:04d} of 400, " for number in range(400))


async def history_of(env: Env, options: Any, *, read: bool = False) -> WorkflowHistory:
    env.model([Reply([TEXT], chunk_delay=0.005)])
    async with env.worker(wf.Options):
        handle = await env.start(wf.Options.run, "go", options)
        reader = Reader(env.client, handle.id) if read else None
        assert await env.result(handle) == TEXT.strip()
        if reader is not None:
            await reader.end()
            assert reader.text == TEXT
    return await handle.fetch_history()


def size(history: WorkflowHistory) -> int:
    return sum(event.ByteSize() for event in history.events)


async def test_a_long_reply_costs_few_events_and_bytes(env: Env) -> None:
    plain = await history_of(env, {})
    live = await history_of(env, {"live_text": True})
    topic = await history_of(env, {"streaming_topic": "events"})
    assert len(live.events) == len(plain.events)
    assert size(live) - size(plain) < 100
    assert len(topic.events) - len(plain.events) <= 40
    assert size(topic) - size(plain) <= 3 * len(TEXT)


async def test_an_interval_that_was_given_is_kept(env: Env) -> None:
    history = await history_of(env, {"streaming_topic": "events", "streaming_batch_interval": 0.1}, read=True)
    assert len(of_type(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)) >= 12


async def next_run(env: Env, handle: Any, before: str | None) -> tuple[Any, int]:
    """The run after another one, once its turn is answered, and the bytes of the stream that it was given."""
    current = before
    for _ in range(int(LIMIT / 0.02)):
        current = (await env.client.get_workflow_handle(handle.id).describe()).run_id
        if current != before:
            break
        await asyncio.sleep(0.02)
    run = env.client.get_workflow_handle(handle.id, run_id=current)
    await env.until(run, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
    started = (await run.fetch_history()).events[0].workflow_execution_started_event_attributes
    (state,) = await env.client.data_converter.decode(started.input.payloads, [wf.ChatState])
    return run, sum(len(each.data) for each in state.stream.log) if state.stream else 0


@pytest.mark.parametrize("read", [True, False])
async def test_what_is_carried_over_stays_small(env: Env, read: bool) -> None:
    """With a subscriber nothing that it has read is carried; without one, no more than was asked for."""
    env.model(lambda request: Reply([f"answer to {request.text}, " + "x" * 3000], chunk_delay=0.002))
    turns, carried = 4, list[int]()
    async with env.worker(wf.Chat):
        handle = await env.start(wf.Chat.run, wf.ChatState(turns, 1_000_000 if read else 6000, []))
        reader = Reader(env.client, handle.id) if read else None
        run_id: str | None = None
        for turn in range(1, turns + 1):
            run, size = await next_run(env, handle, run_id)
            run_id = run.run_id
            carried.append(size)
            if reader is not None:
                await reader.until(lambda turn=turn: sum("metadata" in each for each in reader.items) == turn)
                await asyncio.sleep(0.2)  # then it asks for more, so that the workflow knows what it has
            await run.signal(wf.Chat.go_on)
        await env.result(handle)
        if reader is not None:
            await reader.end()
            for turn in range(1, turns + 1):
                assert f"answer to turn {turn}," in reader.text
    if read:
        assert carried == [0] * turns
    else:
        assert carried[0] == 0 and all(2000 < each <= 6000 for each in carried[1:])


async def test_what_was_not_read_is_kept(env: Env) -> None:
    env.model(lambda request: f"answer to {request.text}")
    async with env.worker(wf.Chat):
        handle = await env.start(wf.Chat.run, wf.ChatState(2, 100_000, []))
        first, _ = await next_run(env, handle, None)
        await first.signal(wf.Chat.go_on)
        second, size = await next_run(env, handle, handle.first_execution_run_id)
        assert size > 100
        await second.signal(wf.Chat.go_on)
        assert await env.result(handle) == 10  # the items of both turns


@pytest.mark.uncached
async def test_a_wrong_limit(env: Env) -> None:
    env.model(["hello"])
    async with env.worker(wf.Chat):
        handle = await env.start(wf.Chat.run, wf.ChatState(2, -1, []))
        await handle.signal(wf.Chat.go_on)
        with pytest.raises(WorkflowFailureError) as failed:
            await env.result(handle)
    assert "takes a number of 0 or more, not -1" in str(failed.value.cause)
