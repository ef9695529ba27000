"""Activities of hooks, which keep what they are given, and a tool; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import Any

import pydantic
from strands import tool
from strands.agent.agent_result import AgentResult
from temporalio import activity
from temporalio.exceptions import ApplicationError

KEPT: dict[str, list[Any]] = {}
"""What activities were given, by workflow id."""


STARTED: dict[str, threading.Event] = {}
"""Set when the activity that waits has started, by workflow id."""


def keep(*values: Any) -> None:
    KEPT.setdefault(activity.info().workflow_id or "", []).extend(values)


class Call(pydantic.BaseModel):
    tool: str
    words: list[str]


@dataclass
class Pair:
    first: Any
    second: Any = None


@activity.defn
async def keep_text(text: str) -> None:
    keep(text)


@activity.defn
async def keep_model(call: Call) -> Call:
    keep(call)
    return call


@activity.defn
async def keep_pair(pair: Pair) -> None:
    keep(pair)


@activity.defn
async def keep_list(items: list[str]) -> list[str]:
    keep(items)
    return items


@activity.defn
async def keep_maybe(value: str | None = None) -> None:
    keep(value)


@activity.defn
async def keep_result(result: AgentResult) -> None:
    keep([type(result).__name__, result.stop_reason, list(result.metrics.tool_metrics)])


@activity.defn
async def keep_nothing() -> None:
    keep("nothing")


@activity.defn(name="renamed")
def keep_sync(value: Any) -> bytes:
    keep(value)
    return b"\xff\x00"


class Log:
    """A class whose method is the activity of a hook."""

    @activity.defn
    async def keep_method(self, text: str) -> None:
        keep(text)


@tool
def count_letters(word: str) -> int:
    """Count the letters of a word."""
    return len(word)


@activity.defn
async def fails(kind: str) -> None:
    """Fail in one way or another."""
    keep(activity.info().attempt)
    if kind == "application error":
        raise ApplicationError("the audit is closed", {"code": 7}, type="AuditClosed", non_retryable=True)
    if kind == "time-out":
        await asyncio.sleep(600)
    raise ValueError("the audit is broken")


@activity.defn
async def nobody_registers_this(kind: str) -> None: ...


@activity.defn
async def waits(text: str) -> None:
    """Work until cancelled."""
    STARTED.setdefault(activity.info().workflow_id or "", threading.Event()).set()
    while True:
        activity.heartbeat()
        await asyncio.sleep(0.02)
