"""SIGKILL in the middle of replies: a subscriber that follows the marks ends with exactly what is recorded."""

from __future__ import annotations

import asyncio
import random
import signal
from typing import Any

import pytest
from strands.types.streaming import StreamEvent
from temporalio.contrib.workflow_streams import WorkflowStreamClient
from temporalio.service import RPCError, RPCStatusCode

from ..env import LIMIT, Env, EventType, of_type
from ..suite.processes import worker_process
from .killed import CHUNK_DELAY, CHUNKS, Killed, text_of
from .watching import LiveReader, readable

pytestmark = pytest.mark.timing

WORKER = "tests.streaming.killed"


class Replies:
    """A subscriber that keeps the replies, and drops the text of the last one at a mark."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.text = ""
        self.marks = 0
        self.offsets: list[int] = []
        self.spoke = asyncio.Event()
        self.ended = False

    async def read(self, stream: WorkflowStreamClient) -> None:
        """Subscribe, and again where the end was asked of a worker that was killed: Temporal's client tells of that."""
        while not self.ended:
            try:
                async for item in stream.subscribe(["events"], from_offset=len(self.offsets), result_type=StreamEvent):
                    self.offsets.append(item.offset)
                    self.take(item.data)
                self.ended = True
            except RPCError as error:
                if error.status not in (RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED):
                    raise

    def take(self, event: StreamEvent) -> None:
        if "modelStreamErrorException" in event:
            self.marks += 1
            self.text = ""
        if "contentBlockDelta" in event:
            self.text += event["contentBlockDelta"].get("delta", {}).get("text", "")
            self.spoke.set()
        if "messageStop" in event:
            self.done.append(self.text)
            self.text = ""


@pytest.mark.parametrize("kills", [1, 2])
async def test_a_subscriber_ends_with_what_is_recorded(env: Env, kills: int) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    env.replays(Killed)
    handle = await env.start(Killed.run)
    replies = Replies()
    reading = asyncio.create_task(replies.read(WorkflowStreamClient.create(readable(env.client), handle.id)))
    live = LiveReader(env.client, handle.id)
    for _ in range(kills):
        async with worker_process(env, WORKER) as victim:
            replies.spoke.clear()
            await asyncio.wait_for(replies.spoke.wait(), LIMIT)
            await asyncio.sleep(chance.uniform(0, CHUNK_DELAY * CHUNKS))  # anywhere in a reply
            victim.send_signal(signal.SIGKILL)
            await victim.wait()
    async with worker_process(env, WORKER):
        expected = [text_of("first"), text_of("second")]
        assert await env.result(handle) == expected
        await asyncio.wait_for(reading, LIMIT)
        await live.end()
    assert replies.done == expected
    assert replies.offsets == list(range(len(replies.offsets)))
    attempts = [
        event.activity_task_started_event_attributes.attempt
        for event in of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    ]
    retried: Any = sum(attempt > 1 for attempt in attempts)
    assert replies.marks >= retried >= 0 and replies.marks <= sum(attempts) - len(attempts)
    assert list(live.texts.values()) == expected
