"""Memories: found and added by activities, once, and saved before the workflow ends, however it ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from strands.memory import AddMessagesContext, MemoryEntry, MemoryStore, SearchOptions
from strands.storage import LocalFileStorage
from strands.vended_memory_stores import FileMemoryStore
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, EventType, scheduled_activities, timers
from . import memory_workflows as wf


class Notes(MemoryStore):
    """A store of the worker's, which says what was done with it."""

    def __init__(self, user: str = "all") -> None:
        self.name = "notes"
        self.description = None
        self.max_search_results = None
        self.writable = True
        self.extraction = None
        self.user = user
        self.added: list[Any] = []
        self.queries: list[str] = []
        self.prepared = 0
        self.failures = 0

    async def initialize(self) -> None:
        self.prepared += 1

    async def search(self, query: str, options: SearchOptions | None = None) -> list[MemoryEntry]:
        assert options is not None and options.get("max_search_results", 0) > 0
        self.queries.append(query)
        return [MemoryEntry(f"{self.user} likes {each}", metadata={"score": 1.0}) for each in ("tea", "<rain>")]

    async def add(self, content: str, metadata: dict[str, Any] | None = None) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no connection")
        self.added.append(content)

    async def add_messages(self, messages: list[Any], context: AddMessagesContext | None = None) -> None:
        assert context is not None
        self.added.append([context.sequence_numbers, [block["text"] for each in messages for block in each["content"]]])


class Broken(Notes):
    """One that cannot be prepared."""

    async def initialize(self) -> None:
        raise ValueError("no such knowledge base")


def answers(request: ScriptedRequest) -> Step:
    if request.text.endswith("keep this"):
        return ToolCall("add_memory", {"entries": ["Tea is kept", "So is rain"]})
    return "kept" if request.tool_results else f"fine {request.turn}"


def facts(request: ScriptedRequest) -> Step:
    return '[{"content": "# Taste\\nLikes tea"}]'


def prepare(env: Env, folder: Path) -> tuple[Notes, ScriptedModel, ScriptedModel]:
    notes, model, extractor = Notes(), ScriptedModel(answers), ScriptedModel(facts)

    def store(user: str | None = None) -> Notes:
        if user is not None:
            notes.user = user
        return notes

    env.plugin = StrandsPlugin(
        models={"scripted": lambda: model, "extractor": lambda: extractor},
        memory_stores={"notes": store, "broken": Broken},
        storages={"storage": lambda: LocalFileStorage(str(folder))},
    )
    return notes, model, extractor


@pytest.mark.parametrize("kind", ["worker", "files", "messages"])
@pytest.mark.parametrize("ending", ["returns", "fails", "continues", "is cancelled"])
async def test_all_is_saved_before_the_workflow_ends(env: Env, kind: str, ending: str, tmp_path: Path) -> None:
    notes, _, extractor = prepare(env, tmp_path)
    async with env.worker(wf.Remembers):
        how = "waits" if ending == "is cancelled" else ending
        handle = await env.start(wf.Remembers.run, kind, ["I like tea"], 100, how)
        if ending == "is cancelled":
            await env.until(handle, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
            while "invoke_model" not in scheduled_activities(await handle.fetch_history()):
                await asyncio.sleep(0.02)
            await handle.cancel()
        if ending in ("fails", "is cancelled"):
            with pytest.raises(WorkflowFailureError):
                await env.result(handle)
        else:
            await env.result(handle)
    if kind == "files":
        file = tmp_path / "memory" / "notes" / "taste.md"
        assert (await asyncio.to_thread(file.read_text)) == "# Taste\nLikes tea"
    elif kind == "worker":
        assert notes.added == ["# Taste\nLikes tea"]
    elif ending != "is cancelled":
        assert notes.added == [[[0, 1], ["I like tea", "fine 0"]]]
    else:
        assert notes.added[0][1][0] == "I like tea"
    assert len(extractor.requests) == (0 if kind == "messages" else 1)
    assert not timers(await handle.fetch_history())


@pytest.mark.uncached
async def test_what_was_saved_is_not_saved_again(env: Env, tmp_path: Path) -> None:
    notes, _, extractor = prepare(env, tmp_path)
    async with env.worker(wf.Remembers):
        handle = await env.start(wf.Remembers.run, "messages", ["a", "b", "c"], 2)
        await env.result(handle)
    assert len(notes.added) == 2 and [number for each in notes.added for number in each[0]] == [0, 1, 2, 3, 4, 5]
    assert extractor.requests == [] and notes.prepared == 1
    await env.replay(await handle.fetch_history())
    assert len(notes.added) == 2


async def test_the_model_sees_what_is_remembered(env: Env, tmp_path: Path) -> None:
    notes, model, _ = prepare(env, tmp_path)
    async with env.worker(wf.Remembers):
        await env.execute(wf.Remembers.run, "tenant", ["what do I like?"])
    assert notes.queries == ["what do I like?"]
    said = str(model.requests[0].messages)
    assert '<entry source="notes">ann likes tea</entry>' in said and "ann likes &lt;rain&gt;" in said
    assert {"search_memory", "add_memory"} <= {spec["name"] for spec in model.requests[0].tool_specs}


async def test_files_are_searched_by_the_worker(env: Env, tmp_path: Path) -> None:
    _, model, _ = prepare(env, tmp_path)
    await FileMemoryStore(name="notes", storage=LocalFileStorage(str(tmp_path))).add("# Tea\nGreen is best")
    async with env.worker(wf.Remembers):
        handle = await env.start(wf.Remembers.run, "files", ["which tea?"])
        await env.result(handle)
    assert "Green is best" in str(model.requests[0].messages)
    assert "strands-storage-search" in scheduled_activities(await handle.fetch_history())


async def test_what_a_tool_adds_in_the_background_is_waited_for(env: Env, tmp_path: Path) -> None:
    notes, _, _ = prepare(env, tmp_path)
    async with env.worker(wf.AddsInBackground):
        assert await env.execute(wf.AddsInBackground.run) == "kept"
    assert sorted(notes.added) == ["# Taste\nLikes tea", "So is rain", "Tea is kept"]


async def test_after_a_sync_call(env: Env, tmp_path: Path) -> None:
    notes, _, _ = prepare(env, tmp_path)
    notes.failures = 1
    async with env.worker(wf.SyncCall):
        await env.execute(wf.SyncCall.run)
    assert notes.added == ["# Taste\nLikes tea"]


async def test_a_store_in_the_workflow(env: Env, tmp_path: Path) -> None:
    _, model, _ = prepare(env, tmp_path)
    async with env.worker(wf.InMemory):
        await env.execute(wf.InMemory.run)
    assert "Tea is kept" in str(model.requests[-1].messages)


async def test_another_worker_goes_on_between_extraction_and_saving(env: Env, tmp_path: Path) -> None:
    """The first worker never adds; the second adds what the first one's model has found, and asks none again."""
    notes, model, extractor = prepare(env, tmp_path)
    notes.failures = 1000
    async with env.worker(wf.Remembers, graceful_shutdown_timeout=timedelta(0)):
        handle = await env.start(wf.Remembers.run, "worker", ["I like tea"])
        while "strands-memory-add" not in scheduled_activities(await handle.fetch_history()):
            await asyncio.sleep(0.02)
        assert (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
    notes.failures = 0
    async with env.worker(wf.Remembers):
        await env.result(handle)
    assert notes.added == ["# Taste\nLikes tea"]
    assert len(model.requests) == len(extractor.requests) == 1


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [
        ("files", "UnsupportedFeatureError", "storage=TemporalStorage('NAME')"),
        ("test", "UnsupportedFeatureError", "TemporalMemoryStore('NAME')"),
        ("unknown", "ValueError", "Unknown name 'nowhere'"),
        ("broken", "ValueError", "no such knowledge base"),
    ],
)
async def test_refused(env: Env, what: str, kind: str, words: str, tmp_path: Path) -> None:
    prepare(env, tmp_path)
    async with env.worker(wf.RefusedMemory):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.RefusedMemory.run, what, str(tmp_path))
    cause: Any = failure.value.cause
    assert cause.type == kind and words in cause.message, cause
