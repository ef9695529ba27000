"""Agents that remember; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from typing import Any

from strands.memory import ExtractionConfig, IntervalTrigger, MemoryManager, ModelExtractor
from strands.vended_memory_stores import FileMemoryStore, TestMemoryStore
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from strands_temporal import TemporalAgent, TemporalMemoryStore, TemporalModel, TemporalStorage


def memory(kind: str, every: int, **options: Any) -> MemoryManager:
    """A memory of one store, of one of the kinds."""
    extractor = ModelExtractor(model=TemporalModel("extractor"))
    extraction = ExtractionConfig(trigger=IntervalTrigger(turns=every), extractor=extractor)
    store: Any
    if kind == "files":
        store = FileMemoryStore(name="notes", storage=TemporalStorage("storage"), extraction=extraction)
    elif kind == "worker":
        store = TemporalMemoryStore("notes", description="Facts.", writable=True, extraction=extraction)
    elif kind == "tenant":
        store = TemporalMemoryStore("notes", writable=True, extraction=extraction, context="ann")
    else:
        config = ExtractionConfig(trigger=IntervalTrigger(turns=every))
        store = TemporalMemoryStore.of_messages("notes", writable=True, extraction=config)
    return MemoryManager(stores=[store], add_tool_config=options.pop("add_tool_config", True), **options)


def agent(kind: str, every: int, **options: Any) -> TemporalAgent:
    return TemporalAgent("scripted", memory_manager=memory(kind, every, **options), callback_handler=None)


@workflow.defn
class Remembers:
    """An agent whose workflow ends in one of several ways, right after its answer."""

    @workflow.run
    async def run(self, kind: str, prompts: list[str], every: int = 100, ending: str = "returns") -> list[str]:
        one = agent(kind, every)
        answers = [str(await one.invoke_async(prompt)).strip() for prompt in prompts]
        if ending == "fails":
            raise ApplicationError("no")
        if ending == "continues":
            workflow.continue_as_new(args=[kind, [], every])
        if ending == "waits":
            await workflow.wait_condition(lambda: False)
        return answers


@workflow.defn
class AddsInBackground:
    """An agent whose tool does not wait for what it adds."""

    @workflow.run
    async def run(self) -> str:
        one = agent("worker", 100, injection=False, add_tool_config={"wait_for_writes": False})
        return str(await one.invoke_async("keep this")).strip()


@workflow.defn
class SyncCall:
    """Strands saves after a sync call by itself."""

    @workflow.run
    async def run(self) -> str:
        return str(agent("worker", 100)("I like tea")).strip()


@workflow.defn
class RefusedMemory:
    """What would do I/O in the workflow, and names that nobody knows."""

    @workflow.run
    async def run(self, what: str, folder: str) -> None:
        store: Any
        if what == "files":
            store = FileMemoryStore(name="notes")
        elif what == "test":
            store = TestMemoryStore(name="notes", path=f"{folder}/notes.json")
        elif what == "unknown":
            store = TemporalMemoryStore("nowhere")
        else:
            store = TemporalMemoryStore("broken")
        TemporalAgent("scripted", memory_manager=MemoryManager(stores=[store]))
        await asyncio.sleep(0)


@workflow.defn
class InMemory:
    """A store that is nowhere but in the workflow works as it is."""

    @workflow.run
    async def run(self) -> str:
        store = TestMemoryStore(name="notes", persist=False, writable=True)
        manager = MemoryManager(stores=[store], add_tool_config=True)
        one = TemporalAgent("scripted", memory_manager=manager, callback_handler=None)
        await one.invoke_async("keep this")
        return str(await one.invoke_async("what about tea?")).strip()
