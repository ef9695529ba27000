"""A worker that does not know a long conversation asks for all of it, now and then, and reads the history else."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from strands_temporal import StrandsPlugin
from strands_temporal._model.packed import unpack
from strands_temporal.testing import ScriptedModel, ScriptedRequest

from ..env import Env, EventType, of_type
from ..long.runs import next_run
from ..streaming.watching import LiveReader, Reader
from .whole_workflows import LongChats, prompt

SIZE = 120_000
"""Characters of a prompt; a dozen turns are more than is read sooner than asked for."""


@activity.defn
async def nothing() -> None:
    """A worker without workflows wants an activity of its own."""


class Chats:
    """The agents of one workflow, and what their model saw."""

    def __init__(self, env: Env, handle: Any, models: str, size: int) -> None:
        self.seen: list[ScriptedRequest] = []
        self._env, self.handle, self._models, self._size = env, handle, models, size
        self._turns = 0

    @asynccontextmanager
    async def model_worker(self) -> AsyncGenerator[None]:
        """A worker for the model's calls that knows no conversation yet."""

        def answer(request: ScriptedRequest) -> str:
            self.seen.append(request)
            return f"re {request.text[:15]}"

        plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel(answer)})
        async with Worker(self._env.client, task_queue=self._models, activities=[nothing], plugins=[plugin]):
            yield

    async def take(self, turns: int) -> None:
        """Take turns with a new worker for the model's calls."""
        async with self.model_worker():
            for _ in range(turns):
                await self.turn()

    async def begin_again(self) -> None:
        """Go on with a new run, whose agents know nothing."""
        before = (await self.handle.describe()).run_id
        await self.handle.signal(LongChats.begin_again)
        await next_run(self.handle, before)  # or the run that ends might still take the next turn
        self._turns = 0

    async def turn(self) -> None:
        """Take a turn, and compare what the model saw of each agent."""
        self._turns += 1
        before = len(self.seen)
        replies = await self.handle.execute_update(LongChats.turn, self._size)
        requests = {request.system_prompt: request for request in self.seen[before:]}
        assert len(requests) == len(self.seen) - before == len(replies)
        for number, reply in enumerate(replies):
            prompts = [prompt(turn + 1, f"agent-{number}", self._size) for turn in range(self._turns)]
            expected = [text for asked in prompts for text in (asked, f"re {asked[:15]}")]
            messages = requests[f"You are number {number}."].messages
            assert [part["text"] for message in messages for part in message["content"]] == expected[:-1]
            assert [message["role"] for message in messages] == ["user", "assistant"] * (self._turns - 1) + ["user"]
            assert reply == expected[-1].strip()

    async def end(self) -> list[tuple[dict[str, Any], bool]]:
        """End them; return the request of each call, and whether it was answered by asking for all."""
        await self.handle.signal(LongChats.end)
        assert set(await self._env.result(self.handle)) == {2 * self._turns}
        return calls(await self.handle.fetch_history())


def calls(history: Any) -> list[tuple[dict[str, Any], bool]]:
    inputs = {
        event.event_id: json.loads(event.activity_task_scheduled_event_attributes.input.payloads[0].data)
        for event in of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    }
    ends = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
    done = [event.activity_task_completed_event_attributes for event in ends]
    results = {each.scheduled_event_id: json.loads(each.result.payloads[0].data) for each in done}
    return [(wire, "asks_for_all" in results[number]) for number, wire in inputs.items()]


@asynccontextmanager
async def chats(env: Env, *, agents: int = 1, size: int = SIZE, **options: Any) -> AsyncGenerator[Chats]:
    models = f"models-{uuid.uuid4()}"
    env.plugin = StrandsPlugin(models={"scripted": lambda: ScriptedModel([])})
    async with env.worker(LongChats, no_remote_activities=True):
        yield Chats(env, await env.start(LongChats.run, models, agents, options), models, size)


async def test_a_long_conversation_is_asked_for_once_and_then_read(env: Env) -> None:
    async with chats(env) as chat:
        await chat.take(12)
        await chat.take(2)  # asks
        await chat.take(1)  # reads
        recorded = await chat.end()
    asked = [index for index, (_, asks) in enumerate(recorded) if asks]
    assert asked == [12]
    (edit, _), (whole, _) = recorded[12:14]
    assert edit["parent"] and edit["may_ask"] is True and len(edit["messages"]) == 2
    assert "parent" not in whole and "may_ask" not in whole and "messages" not in whole
    assert len(list(unpack(whole["packed_messages"]))) == 25
    assert whole["digest"] == edit["digest"] and whole["system_prompt"] == "You are number 0."
    assert all("parent" in wire and len(wire["messages"]) <= 3 for wire, _ in recorded[14:])


@pytest.mark.uncached
async def test_a_short_conversation_is_read(env: Env) -> None:
    async with chats(env, size=100) as chat:
        for _ in range(6):
            await chat.take(1)
        recorded = await chat.end()
    assert [asks for _, asks in recorded] == [False] * 6
    assert not any("may_ask" in wire for wire, _ in recorded)


async def test_what_is_too_large_to_be_sent_whole_is_read(env: Env) -> None:
    async with chats(env, size=4 * SIZE) as chat:
        await chat.take(4)
        await chat.take(1)
        recorded = await chat.end()
    assert [asks for _, asks in recorded] == [False] * 4 + [True, False]
    edit, again = recorded[4][0], recorded[5][0]
    assert again == {name: value for name, value in edit.items() if name != "may_ask"}


async def test_a_new_worker_for_every_turn_adds_a_third_at_most(client: Client, task_queue: str) -> None:
    async with chats(Env(client, task_queue)) as chat:
        for _ in range(24):
            await chat.take(1)
        recorded = await chat.end()
    sizes = [len(json.dumps(wire)) for wire, _ in recorded]
    whole = [size for size, (wire, _) in zip(sizes, recorded, strict=True) if "parent" not in wire][1:]
    assert len(whole) >= 2 and len(whole) == sum(asks for _, asks in recorded)
    history = sum(event.ByteSize() for event in (await chat.handle.fetch_history()).events)
    assert sum(whole) < (history - sum(whole)) / 3


async def test_of_several_agents_one_is_sent_whole(env: Env) -> None:
    """More at once could be too much for one workflow task, which then failed for ever."""
    async with chats(env, agents=3) as chat:
        await chat.take(6)
        await chat.take(1)
        recorded = await chat.end()
    last = recorded[18:]
    assert sum(asks for _, asks in last) == 3 and len(last) == 6
    assert sum("parent" not in wire for wire, _ in last) == 1


@pytest.mark.parametrize("options", [{"streaming_topic": "events"}, {"live_text": True}, {}])
async def test_clients_see_the_reply_and_nothing_of_the_asking(
    client: Client, task_queue: str, options: dict[str, Any]
) -> None:
    async with chats(Env(client, task_queue), **options) as chat:
        live = LiveReader(client, chat.handle.id)
        topic = Reader(client, chat.handle.id) if "streaming_topic" in options else None
        await chat.take(12)
        await chat.take(1)
        recorded = await chat.end()
        replies = [each for update in await live.end() for each in update.replies if each.complete]
        if topic is not None:
            await topic.end()
    assert sum(asks for _, asks in recorded) == 1
    expected = [f"re {prompt(turn + 1, 'agent-0', SIZE)[:15]}" for turn in range(13)]
    assert [each.text for each in replies] == expected
    assert {each.agent_name for each in replies} == {"agent-0"} and not any(each.failed for each in replies)
    if topic is not None:
        assert topic.text == "".join(expected) and topic.marks == 0
        assert sum("messageStop" in each for each in topic.items) == 13


async def test_live_text_of_a_new_run_has_all_its_replies(client: Client, task_queue: str) -> None:
    """One of them has the activity id of the call that was asked for in the run before."""
    async with chats(Env(client, task_queue), live_text=True) as chat:
        live = LiveReader(client, chat.handle.id)
        await chat.take(12)
        await chat.take(1)
        recorded = calls(await chat.handle.fetch_history())
        await chat.begin_again()
        await chat.take(13)
        await chat.end()
        replies = [each for update in await live.end() for each in update.replies if each.complete]
    assert [index for index, (_, asks) in enumerate(recorded) if asks] == [12]
    assert [each.text for each in replies] == 2 * [f"re {prompt(turn + 1, 'agent-0', SIZE)[:15]}" for turn in range(13)]
