"""Tools of every kind, in one workflow; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any, Literal

import pydantic
from strands import ToolContext, tool
from strands.interrupt import Interrupt, InterruptException
from strands_tools.calculator import calculator
from strands_tools.environment import environment
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool

from . import module_tool

PNG = b"\x89PNG\r\n\x1a\n\x00\xff\xfe"


@tool
def sync_tool(text: str) -> str:
    """Sync."""
    return f"sync {text}"


@tool
async def async_tool(text: str) -> str:
    """Async."""
    await asyncio.sleep(0)
    return f"async {text}"


@tool(context=True)
def context_tool(tool_context: ToolContext) -> str:
    """Read the context."""
    agent = tool_context.agent
    return f"{agent.name} {tool_context.tool_use['name']} {tool_context.invocation_state['user']}"


@tool
async def generator_tool(number: int) -> AsyncIterator[Any]:
    """Yield progress, then the result."""
    for step in range(number):
        yield f"step {step}"
    yield {"sum": sum(range(number))}


class Counter:
    """A class whose method is a tool."""

    def __init__(self, start: int) -> None:
        self.value = start

    @tool
    def add(self, number: int) -> int:
        """Add to the counter."""
        self.value += number
        return self.value


class Address(pydantic.BaseModel):
    street: str
    city: str = "Paris"


@dataclasses.dataclass
class Order:
    item: str
    number: int = 1


@activity.defn
async def ship(order: Order, to: Address, fast: bool = False) -> Address:
    """Ship an order.

    Args:
        order: What to ship.
        to: Where to.
        fast: Whether to hurry.
    """
    assert isinstance(order, Order) and isinstance(to, Address), (order, to)
    return Address(street=f"{order.number} {order.item} to {to.street}", city=to.city if fast else to.city.lower())


@activity.defn(name="look_up")
def sync_activity(
    word: Annotated[str, "The word to look up"],
    limit: Annotated[int, pydantic.Field(ge=1, le=5, description="How many results")] = 3,
    kind: Literal["noun", "verb"] | None = None,
) -> list[str]:
    """Look up a word."""
    return [f"{word}-{kind}-{index}" for index in range(limit)]


@activity.defn
async def no_arguments() -> None:
    """Do something."""


class Shop:
    def __init__(self, name: str) -> None:
        self.name = name

    @activity.defn
    async def stock(self, agent: str) -> str:
        """Tell the stock that an agent asks for."""
        return f"{self.name} for {agent}"


@activity.defn
async def picture(kind: str) -> Any:
    """Return results of every kind."""
    return {
        "image": {
            "status": "success",
            "content": [
                {"text": "a picture"},
                {"image": {"format": "png", "source": {"bytes": PNG}}},
                {"document": {"format": "pdf", "name": "doc", "source": {"bytes": b"%PDF\xff"}}},
                {"json": {"a": [1, None]}},
            ],
        },
        "refused": {"status": "error", "content": [{"text": "no picture today"}]},
        "bytes": b"\x00\xff",
        "utf8": "grün €".encode(),
        "text": "grün €",
        "broken text": "half \ud83d",
        "nested bytes": {"data": [b"\xff"]},
        "json": {"a": [1, 2.5, None, True], "ü": "é"},
        "none": None,
        "nan": float("inf"),
    }[kind]


@activity.defn
async def slow(name: str) -> str:
    """Meet the other call: both must be in flight at once to end."""
    meeting = activity.info().workflow_id or ""
    MEETINGS.setdefault(meeting, set()).add(name)
    while len(MEETINGS[meeting]) < 2:
        activity.heartbeat()
        await asyncio.sleep(0.01)
    return f"{name} met"


MEETINGS: dict[str, set[str]] = {}


@activity.defn
async def calculator_activity(expression: str) -> Any:
    """Evaluate an expression."""
    return calculator(expression)


@activity.defn
async def environment_activity(action: str, name: str) -> Any:
    """Read an environment variable."""
    return environment({"toolUseId": "", "name": "environment", "input": {"action": action, "name": name}})


@workflow.defn
class AllTools:
    """Calls whatever tools the model asks for."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        counter = Counter(10)
        agent = TemporalAgent(
            "scripted",
            name="toolbox",
            callback_handler=None,
            tools=[
                sync_tool,
                async_tool,
                context_tool,
                generator_tool,
                counter.add,
                module_tool,
                activity_as_tool(ship),
                activity_as_tool(sync_activity),
                activity_as_tool(no_arguments),
                activity_as_tool(Shop.stock),
                activity_as_tool(picture),
                activity_as_tool(slow, heartbeat_timeout=timedelta(seconds=5)),
                activity_as_tool(calculator_activity),
                activity_as_tool(environment_activity),
            ],
        )
        result = await agent.invoke_async(prompt, invocation_state={"user": "Ann"})
        return str(result).strip()


@workflow.defn
class StreamsTools:
    """Collects the events that a generator tool streams."""

    @workflow.run
    async def run(self) -> list[str]:
        agent = TemporalAgent("scripted", tools=[generator_tool], callback_handler=None)
        return [
            event["tool_stream_event"]["data"]
            async for event in agent.stream_async("go")
            if "tool_stream_event" in event and isinstance(event["tool_stream_event"]["data"], str)
        ]


RUNNING: dict[str, threading.Event] = {}


@activity.defn
def sync_and_long() -> str:
    """Work on a thread until cancelled."""
    RUNNING.setdefault(activity.info().workflow_id or "", threading.Event()).set()
    while True:
        activity.heartbeat()
        time.sleep(0.02)


@workflow.defn
class CallsLongTool:
    @workflow.run
    async def run(self) -> str:
        tool = activity_as_tool(
            sync_and_long,
            heartbeat_timeout=timedelta(seconds=2),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        return str(await TemporalAgent("scripted", tools=[tool], callback_handler=None).invoke_async("go"))


@workflow.defn
class CallsNoTool:
    """Executes an activity that asks for approval as any activity, and not as a tool."""

    @workflow.run
    async def run(self) -> list[Any]:
        try:
            await workflow.execute_activity(delete_file, "/b", start_to_close_timeout=timedelta(seconds=10))
        except ActivityError as error:
            cause = error.cause
            assert isinstance(cause, ApplicationError)
            return [cause.type, cause.details[0]["id"], cause.non_retryable]
        return ["not reached"]


ASKED: dict[str, int] = {}


@activity.defn
async def delete_file(path: str) -> str:
    """Delete a file, with approval."""
    key = f"{activity.info().workflow_id}:{path}"
    ASKED[key] = ASKED.get(key, 0) + 1
    if ASKED[key] == 1:
        raise InterruptException(
            Interrupt(id=f"delete:{path}", name="approval", reason={"delete": path, "raw": b"\xff"})
        )
    return f"deleted {path} at call {ASKED[key]}, attempt {activity.info().attempt}"


@workflow.defn
class Approves:
    """Runs until the tool's interrupt, returns it, then resumes."""

    @workflow.run
    async def run(self, path: str) -> list[Any]:
        agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            tools=[
                activity_as_tool(delete_file, retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10)))
            ],
        )
        result = await agent.invoke_async("clean up")
        assert result.stop_reason == "interrupt" and result.interrupts, result
        (interrupt,) = result.interrupts
        seen = [interrupt.id, interrupt.name, str(interrupt.reason)]
        # Nothing runs while the agent is stopped: long enough for a retry to show.
        await asyncio.sleep(0.2)
        result = await agent.invoke_async([{"interruptResponse": {"interruptId": interrupt.id, "response": "yes"}}])
        return [*seen, str(result).strip()]
