"""Agents that are given too much, or what cannot be written."""

from __future__ import annotations

from typing import Any

from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool


@activity.defn
async def fetch(size: int) -> str:
    """Fetch a text of that size."""
    return "x" * size


@activity.defn
async def store(name: str, data: str = "") -> str:
    """Store data."""
    return f"stored {len(data)} of {name}"


@activity.defn
async def odd() -> Any:
    """Return something that cannot be recorded."""
    return {"lock": object()}


TOOLS = [fetch, store, odd]


def agent(**options: Any) -> TemporalAgent:
    tools = [*map(activity_as_tool, TOOLS)]
    return TemporalAgent("scripted", name="reader", tools=tools, callback_handler=None, **options)


def document(size: int, name: str = "report") -> Any:
    return {"document": {"format": "txt", "name": name, "source": {"bytes": b"x" * size}}}


@workflow.defn
class Reads:
    """An agent that gets documents with its question."""

    @workflow.run
    async def run(self, *sizes: int) -> str:
        documents = [document(size, f"report {size}") for size in sizes]
        return str(await agent().invoke_async([{"text": "Read."}, *documents])).strip()


@workflow.defn
class Keeps:
    """User code that puts into the conversation what no model can be told."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        keeps: Any = {"text": "a", "kept": {1}}
        return str(await agent(messages=[{"role": "user", "content": [keeps]}]).invoke_async(prompt))


@workflow.defn
class CatchesAndGoesOn:
    """User code that takes away what was too large, twice, and goes on."""

    @workflow.run
    async def run(self, size: int) -> list[Any]:
        reader = agent()
        caught: list[Any] = []
        for prompt in ("one", "two", "three"):
            try:
                await reader.invoke_async([{"text": prompt}, *([] if prompt == "one" else [document(size)])])
            except Exception as error:
                caught.append([type(error).__name__, getattr(error, "type", None), str(error)])
                reader.messages[-1]["content"] = [{"text": f"{prompt}, without its document"}]
                await reader.invoke_async()
        return [caught, [message["content"][0].get("text") for message in reader.messages]]


@workflow.defn
class UsesTools:
    """An agent that does what the model says, or what it is told."""

    @workflow.run
    async def run(self) -> str:
        return str(await agent().invoke_async("Use the tool.")).strip()


@workflow.defn
class CallsToolItself:
    """User code that calls the agent's tool with too much, and asks the agent then."""

    @workflow.run
    async def run(self, size: int, task_queue: str | None = None) -> list[Any]:
        tools = [activity_as_tool(store, task_queue=task_queue)]
        storer = TemporalAgent("scripted", tools=tools, callback_handler=None)
        result: Any = storer.tool.store(name="a", data="x" * size, record_direct_tool_call=False)
        return [result["status"], result["content"][0]["text"], str(await storer.invoke_async("Go on.")).strip()]
