"""Models that stop where a test says, and readers of what is published."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from strands.types.streaming import StreamEvent
from temporalio import activity
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.contrib.workflow_streams import WorkflowStreamClient

from strands_temporal import LiveText, live_text

from ..env import LIMIT, Env
from ..model.recording import RecordingModel

START: list[Any] = [{"messageStart": {"role": "assistant"}}]
STOP: list[Any] = [
    {"contentBlockStop": {}},
    {"messageStop": {"stopReason": "end_turn"}},
    {
        "metadata": {
            "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
            "metrics": {"latencyMs": 1},
        }
    },
]


def delta(text: str) -> Any:
    return {"contentBlockDelta": {"delta": {"text": text}, "contentBlockIndex": 0}}


class Gate:
    """Where a model waits until the test goes on."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()


class GatedModel(RecordingModel):
    """Each attempt of its one call does the next list of steps: events, gates to wait at, errors to raise."""

    def __init__(self, *attempts: Sequence[Any]) -> None:
        super().__init__([])
        self.attempts = list(attempts)
        self.started = 0
        self.ended = asyncio.Event()

    async def stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:  # pyright: ignore[reportIncompatibleMethodOverride]
        steps = self.attempts[min(activity.info().attempt, len(self.attempts)) - 1]
        self.started += 1
        try:
            for step in steps:
                if isinstance(step, Gate):
                    step.reached.set()
                    await step.open.wait()
                elif isinstance(step, BaseException):
                    raise step
                else:
                    yield step
        finally:
            self.ended.set()


def readable(client: Client) -> Client:
    """The client for `StreamEvent`; in Python 3.10 Temporal's default converter does not read the type of its usage."""
    if sys.version_info >= (3, 11):
        return client
    config = client.config(active_config=True)
    config["data_converter"] = replace(
        config["data_converter"], payload_converter_class=pydantic_data_converter.payload_converter_class
    )
    return Client(**config)


class Reader:
    """A subscriber as the page has it, that keeps what it gets and drops the text of failed attempts."""

    def __init__(
        self, client: Client, workflow_id: str, *, result_type: Any = StreamEvent, topic: str = "events"
    ) -> None:
        self.items: list[Any] = []
        self.text = ""
        self.marks = 0
        self._task = asyncio.create_task(self._read(client, workflow_id, result_type, topic))
        self._news = asyncio.Event()

    async def _read(self, client: Client, workflow_id: str, result_type: Any, topic: str) -> None:
        stream = WorkflowStreamClient.create(readable(client), workflow_id)
        offsets: list[int] = []
        async for item in stream.subscribe(
            [topic], from_offset=0, result_type=result_type, poll_cooldown=timedelta(milliseconds=10)
        ):
            event: Any = item.data
            offsets.append(item.offset)
            assert offsets == sorted(set(offsets)), "out of order or twice"
            self.items.append(event)
            if "modelStreamErrorException" in event:
                self.marks += 1
                self.text = ""
            self.text += event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
            self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until what was read is as it should be."""

        async def wait() -> None:
            while not condition():
                assert not self._task.done(), f"the stream has ended: {self._task} {self.items}"
                self._news.clear()
                await self._news.wait()

        await asyncio.wait_for(wait(), LIMIT)

    async def end(self) -> None:
        """Wait until the workflow has ended and all of it was read."""
        await asyncio.wait_for(self._task, LIMIT)

    @property
    def deltas(self) -> list[str]:
        """The texts as they were cut."""
        return [each["contentBlockDelta"]["delta"]["text"] for each in self.items if "contentBlockDelta" in each]

    def check_stream_events(self) -> None:
        """Every item is a stream event of Strands' types."""
        for each in self.items:
            TypeAdapter(StreamEvent).validate_python(each, strict=True)


class LiveReader:
    """A client of live text, which keeps every update."""

    def __init__(self, client: Client, workflow_id: str, **options: Any) -> None:
        self.updates: list[LiveText] = []
        self.texts: dict[tuple[str, str], str] = {}
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._read(client, workflow_id, options))

    async def _read(self, client: Client, workflow_id: str, options: Any) -> None:
        options.setdefault("poll_interval", timedelta(milliseconds=20))
        async for live in live_text(client, workflow_id, **options):
            self.updates.append(live)
            for each in live.replies:
                call = each.run_id, each.activity_id
                self.texts[call] = ("" if each.restarted else self.texts.get(call, "")) + each.new_text
            self._news.set()

    async def until(self, condition: Callable[[LiveText], bool]) -> LiveText:
        """Wait for an update, also one that came already."""
        seen = 0

        async def wait() -> LiveText:
            nonlocal seen
            while True:
                while seen < len(self.updates):
                    seen += 1
                    if condition(self.updates[seen - 1]):
                        return self.updates[seen - 1]
                assert not self._task.done(), f"live text has ended: {self._task} {self.updates}"
                self._news.clear()
                await self._news.wait()

        return await asyncio.wait_for(wait(), LIMIT)

    async def end(self) -> list[LiveText]:
        """Wait until the workflow has ended."""
        await asyncio.wait_for(self._task, LIMIT)
        return self.updates


def serve(env: Env, model: Any) -> None:
    """Make the test's plugin serve a model under the name that the workflows give."""
    from strands_temporal import StrandsPlugin

    env.plugin = StrandsPlugin(models={"scripted": lambda: model})
