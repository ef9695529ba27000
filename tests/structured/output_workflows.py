"""Agents with structured output in every way that Strands has; loaded in the sandbox without import guards."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, field_validator
from strands import Agent
from strands.agent.agent_result import AgentResult
from temporalio import workflow
from temporalio.common import RetryPolicy

from strands_temporal import TemporalAgent

T = TypeVar("T")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str]


class Box(BaseModel, Generic[T]):
    content: T
    count: int = 1


class Person(BaseModel):
    name: str = Field(description="Name of the person", alias="fullName")
    age: int | None = None

    @field_validator("age")
    @classmethod
    def _not_negative(cls, age: int | None) -> int | None:
        if age is not None and age < 0:
            raise ValueError("nobody is that young")
        return age


class Order(BaseModel):
    """An order."""

    customer: Person
    boxes: list[Box[int]]
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    colour: Colour
    due: date
    price: Decimal
    note: str | None = None
    numbers: dict[str, list[float]] = {}


class Wrapped(Box[Person]):
    """A generic model under a name of its own, for a tool cannot be called Box[Person]."""


ORDER: dict[str, Any] = {
    "customer": {"fullName": "Ann", "age": 7},
    "boxes": [{"content": 1}, {"content": 2, "count": 3}],
    "pet": {"kind": "dog", "tricks": ["sit"]},
    "colour": "blue",
    "due": "2026-11-21",
    "price": "12.50",
    "numbers": {"a": [1.5, 2]},
}


@workflow.defn
class OrderWorkflow:
    """Gets an order in one of the ways, and returns it as the class that it is."""

    @workflow.run
    async def run(self, way: str) -> Order:
        return await ordered(TemporalAgent, "scripted", way)


async def ordered(agent_type: Any, model: Any, way: str) -> Order:
    default = Order if way == "of the agent" else Wrapped if way == "of the call, not of the agent" else None
    agent: Agent = agent_type(model, callback_handler=None, structured_output_model=default)
    if way == "of the agent":
        result = await agent.invoke_async("order")
    elif way in ("of the call", "of the call, not of the agent"):
        result = await agent.invoke_async("order", structured_output_model=Order)
    elif way == "of a sync call":
        result = agent("order", structured_output_model=Order)
    elif way == "structured_output_async":
        return await agent.structured_output_async(Order, "order")
    else:
        return agent.structured_output(Order, "order")
    assert isinstance(result.structured_output, Order)
    return result.structured_output


@workflow.defn
class WrappedWorkflow:
    @workflow.run
    async def run(self) -> Wrapped:
        agent = TemporalAgent("scripted", callback_handler=None, structured_output_model=Wrapped)
        output = (await agent.invoke_async("who?")).structured_output
        assert isinstance(output, Wrapped) and type(output.content) is Person
        return output


@workflow.defn
class AsksInOwnWords:
    @workflow.run
    async def run(self, of_the_call: bool) -> Person:
        words: dict[str, Any] = {"structured_output_prompt": "Fill in the form."}
        agent = TemporalAgent("scripted", callback_handler=None, **({} if of_the_call else words))
        result = await agent.invoke_async("who?", structured_output_model=Person, **(words if of_the_call else {}))
        assert isinstance(result.structured_output, Person)
        return result.structured_output


async def streamed(agent_type: Any, model: Any) -> list[str]:
    """The events of a run with structured output, by their keys, and the output that they carry."""
    agent: Agent = agent_type(model, callback_handler=None, structured_output_model=Order)
    seen: list[str] = []
    async for event in agent.stream_async("order"):
        key = next(iter(event))
        if key == "structured_output":
            seen.append(f"output {event[key].customer.name} {event[key].colour.value}")
        elif key == "result":
            assert isinstance(event[key].structured_output, Order)
            seen.append(f"result {event[key].structured_output.price}")
        else:
            seen.append(key)
    return seen


@workflow.defn
class StreamsOutput:
    @workflow.run
    async def run(self) -> list[str]:
        return await streamed(TemporalAgent, "scripted")


class Live(BaseModel, arbitrary_types_allowed=True):
    """A model with something that cannot be written."""

    name: str
    handle: Any = None


@workflow.defn
class ReturnsWhatCannotBeWritten:
    @workflow.run
    async def run(self) -> Live:
        return Live(name="x", handle=object())


@workflow.defn
class Corrected:
    """Returns the whole result of an agent whose model is wrong at first."""

    @workflow.run
    async def run(self) -> AgentResult:
        agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            structured_output_model=Order,
            heartbeat_timeout=timedelta(seconds=3),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100), backoff_coefficient=1),
        )
        return await agent.invoke_async("order")
