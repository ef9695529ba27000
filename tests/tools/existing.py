"""Tools that know nothing of Temporal, as a user has them; imported by the worker alone."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pydantic
from strands import ToolContext, tool
from strands.interrupt import Interrupt, InterruptException
from strands.types.tools import AgentTool, ToolGenerator, ToolSpec, ToolUse
from temporalio import activity

PNG = b"\x89PNG\r\n\x1a\n\x00\xff\xfe"


def where() -> str:
    """Where the calling code runs."""
    return "activity" if activity.in_activity() else "elsewhere"


@tool
def sync_where(text: str, times: int = 2) -> str:
    """Say where a sync tool runs.

    Args:
        text: What to say.
        times: How often.
    """
    assert threading.current_thread() is not threading.main_thread()
    return " ".join([text] * times) + " in " + where()


@tool(name="renamed", description="Another description.")
async def async_where(text: str) -> dict[str, Any]:
    """Say where an async tool runs."""
    await asyncio.sleep(0.01)
    return {"text": text, "where": where()}


@tool(context=True)
def with_context(question: str, tool_context: ToolContext) -> str:
    """Read what of the context crosses."""
    state = {key: value for key, value in tool_context.invocation_state.items() if key != "agent"}
    return f"{question} {tool_context.tool_use['name']} {tool_context.tool_use['input']} {state}"


@tool
async def in_steps(number: int) -> AsyncIterator[Any]:
    """Yield progress, then the result."""
    for step in range(number):
        yield f"step {step}"
    yield {"sum": sum(range(number))}


@tool
def draw(kind: str) -> Any:
    """Return a result of Strands' own form."""
    if kind == "error":
        return {"status": "error", "content": [{"text": "no paper"}]}
    return {"status": "success", "content": [{"text": "drawn"}, {"image": {"format": "png", "source": {"bytes": PNG}}}]}


class Wrong(Exception):
    """Nothing is known of it."""


ATTEMPTS: dict[str, int] = {}


@tool
def fails(kind: str) -> str:
    """Fail."""
    key = f"{activity.info().workflow_id}:{kind}" if activity.in_activity() else kind
    ATTEMPTS[key] = ATTEMPTS.get(key, 0) + 1
    if kind == "transient" and ATTEMPTS[key] > 2:
        return f"worked at attempt {ATTEMPTS[key]}"
    raise {"value": ValueError, "wrong": Wrong, "transient": ConnectionError}[kind](f"{kind} is bad")


@tool(context=True)
def asks(path: str, tool_context: ToolContext) -> str:
    """Delete, if a human says so."""
    answer = tool_context.interrupt("delete", reason={"path": path})
    return f"{answer} for {path} in {where()}"


@tool
def raises_interrupt(path: str) -> str:
    """Ask by the exception itself."""
    raise InterruptException(Interrupt(id=f"raised:{path}", name="raised", reason={"raw": b"\xff"}))


@tool(context=True)
def secretly_wants_the_agent(tool_context: ToolContext) -> str:
    """Hand its context to a function that looks at the agent."""
    return name_of(tool_context)


def name_of(context: ToolContext) -> str:
    return context.agent.name


@tool(context=True)
def wants_the_agent(tool_context: ToolContext) -> str:
    """Look at the agent."""
    return tool_context.agent.name


@tool
def has_agent(agent: Any) -> str:
    """Get the agent by the old way."""
    return agent.name


class Point(pydantic.BaseModel):
    x: int
    y: int = 0


class Shop:
    def __init__(self, name: str) -> None:
        self.name = name

    @tool
    def stock(self, at: Point) -> str:
        """Tell the stock."""
        return f"{self.name} at {Point.model_validate(at).x}"


class Written(AgentTool):
    """A tool that is a class."""

    @property
    def tool_name(self) -> str:
        return "written"

    @property
    def tool_type(self) -> str:
        return "custom"

    @property
    def tool_spec(self) -> ToolSpec:
        return {"name": "written", "description": "A class.", "inputSchema": {"json": {"type": "object"}}}

    async def stream(self, tool_use: ToolUse, invocation_state: dict[str, Any], **kwargs: Any) -> ToolGenerator:
        if tool_use["input"].get("bad"):
            raise KeyError("bad input")
        yield {"toolUseId": tool_use["toolUseId"], "status": "success", "content": [{"text": f"class in {where()}"}]}


RUNNING: dict[str, threading.Event] = {}
STOPPED: dict[str, threading.Event] = {}


@tool(context=True)
def long_and_sync(tool_context: ToolContext) -> str:
    """Work until told to end."""
    key = tool_context.invocation_state["key"]
    RUNNING.setdefault(key, threading.Event()).set()
    while not tool_context.cancel_signal.is_set():
        time.sleep(0.02)
    STOPPED.setdefault(key, threading.Event()).set()
    return "stopped"


@tool(context=True)
def wait_for_gate(tool_context: ToolContext) -> str:
    """Write that it runs, and end when the gate is open, unless its process is killed before."""
    log, gate = (Path(tool_context.invocation_state[name]) for name in ("log", "gate"))
    with log.open("a") as file:
        file.write(f"{os.getpid()}\n")
    while not gate.exists():
        time.sleep(0.02)
    return "through the gate"


EVERY = [sync_where, async_where, with_context, in_steps, draw, fails, asks, raises_interrupt]
EVERY += [secretly_wants_the_agent, long_and_sync, wait_for_gate]
