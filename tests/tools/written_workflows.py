"""Tools of every kind that give what JSON has no form for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from strands import tool
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool, local_activity_as_tool, tool_as_activity

RAN: list[str] = []
TAKEN = datetime(2026, 1, 2, tzinfo=timezone.utc)


@dataclass
class Picture:
    """A dataclass with bytes."""

    data: bytes
    taken: datetime = TAKEN


class Album(BaseModel):
    """A model with bytes."""

    pictures: list[bytes]
    worth: Decimal = Decimal("1.50")


def nested(levels: int) -> Any:
    """A value of so many levels."""
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def itself() -> Any:
    """A list that holds itself."""
    value: list[Any] = []
    value.append(value)
    return {"list": value}


VALUES: dict[str, Callable[[], Any]] = {
    "bytes and a date": lambda: {"thumbnail": b"\xff", "taken": TAKEN},
    "no number and a decimal": lambda: {"mean": math.nan, "worth": Decimal("1.50")},
    "bytes and a set": lambda: {"image": b"\xff", "ids": {7}},
    "dataclass": lambda: {"picture": Picture(b"\xff")},
    "model": lambda: {"album": Album(pictures=[b"\xff"])},
    "date": lambda: {"taken": TAKEN, "worth": Decimal("1.50")},
    "itself": itself,
    "object": lambda: {"image": b"\xff", "lock": object()},
    "deep": lambda: nested(160),
    "deeper": lambda: nested(450),
    "deepest": lambda: nested(100_000),
}


def given(kind: str, block: bool) -> Any:
    """The value, alone or in a result of Strands'."""
    RAN.append(kind)
    value = VALUES[kind]()
    return {"status": "success", "content": [{"json": value}]} if block else value


@activity.defn
async def give(kind: str, block: bool) -> Any:
    """Give something.

    Args:
        kind: What.
        block: In which form.
    """
    return given(kind, block)


@activity.defn
async def give_locally(kind: str, block: bool) -> Any:
    """Give something.

    Args:
        kind: What.
        block: In which form.
    """
    return given(kind, block)


@tool
def give_elsewhere(kind: str, block: bool) -> Any:
    """Give something.

    Args:
        kind: What.
        block: In which form.
    """
    return given(kind, block)


@tool
def give_here(kind: str, block: bool) -> Any:
    """Give something.

    Args:
        kind: What.
        block: In which form.
    """
    return given(kind, block)


@workflow.defn
class Gives:
    """Two turns of an agent with all of them."""

    @workflow.run
    async def run(self, prompt: str) -> list[str]:
        """Answer."""
        limit = timedelta(seconds=20)
        tools = [
            activity_as_tool(give, start_to_close_timeout=limit),
            local_activity_as_tool(give_locally, start_to_close_timeout=limit),
            tool_as_activity(give_elsewhere),
            give_here,
        ]
        agent = TemporalAgent("scripted", tools=tools, callback_handler=None)
        return [str(await agent.invoke_async(each)).strip() for each in (prompt, "and now?")]
