"""What steers an agent beside hooks: interventions, middleware and Strands plugins, one case each."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable
from typing import Any

from strands import Agent, tool
from strands.hooks import AfterToolCallEvent, BeforeModelCallEvent, BeforeToolCallEvent
from strands.interventions import Confirm, Deny, Guide, InterventionHandler, Proceed, Transform
from strands.plugins import Plugin, hook
from strands.vended_interventions.hitl import HumanInTheLoop
from temporalio import workflow

from strands_temporal import TemporalAgent

MIDDLEWARE: dict[str, tuple[Any, Any]] = {}
"""Stages and handlers; none where this version of Strands has no public middleware, as 1.60 has not."""

if importlib.util.find_spec("strands.middleware"):
    from .middleware_cases import CASES as _CASES

    MIDDLEWARE.update(_CASES)


@tool
def delete_file(path: str) -> str:
    """Delete a file."""
    return f"deleted {path}"


def handler(name: str, method: str, function: Callable[[Any], Any], on_error: str = "throw") -> InterventionHandler:
    """An intervention handler that overrides one method."""

    def call(self: Any, event: Any, **kwargs: Any) -> Any:
        return function(event)

    return type(name, (InterventionHandler,), {"name": name, "on_error": on_error, method: call})()


def once(action: Any) -> Callable[[Any], Any]:
    """Return the action at the first call, and go on at all others."""
    called: list[Any] = []
    return lambda event: called.append(event) or (action if len(called) == 1 else Proceed())


async def later(event: Any) -> Any:
    await asyncio.sleep(0)
    return Deny(reason="after a while")


def fail(event: Any) -> Any:
    raise LookupError("no policy found")


def other_path(event: Any) -> None:
    event.tool_use["input"] = {"path": "/other"}


def shorter(event: Any) -> None:
    event.result = {**event.result, "content": [{"text": "done"}]}


def interventions() -> dict[str, list[InterventionHandler]]:
    return {
        "deny a tool": [handler("auth", "before_tool_call", lambda event: Deny(reason="not you"))],
        "deny later": [handler("auth", "before_tool_call", later)],
        "guide a tool": [
            handler("style", "before_tool_call", once(Guide(feedback="use a copy"))),
            handler("tone", "before_tool_call", once(Guide(feedback="ask first"))),
        ],
        "transform a tool's input": [handler("path", "before_tool_call", lambda event: Transform(apply=other_path))],
        "transform a result": [handler("short", "after_tool_call", lambda event: Transform(apply=shorter))],
        "confirm with yes": [handler("ask", "before_tool_call", lambda event: Confirm(prompt="ok?", response="yes"))],
        "confirm with no": [handler("ask", "before_tool_call", lambda event: Confirm(prompt="ok?", response="no"))],
        "confirm by a person": [handler("ask", "before_tool_call", lambda event: Confirm(prompt="ok?"))],
        "deny an invocation": [handler("door", "before_invocation", lambda event: Deny(reason="closed"))],
        "guide a model call": [handler("words", "before_model_call", once(Guide(feedback="be brief")))],
        "deny a model call": [handler("budget", "before_model_call", lambda event: Deny(reason="no money"))],
        "guide after a model call": [handler("judge", "after_model_call", once(Guide(feedback="think again")))],
        "an error is a denial": [handler("broken", "before_tool_call", fail, "deny")],
        "an error is let pass": [handler("broken", "before_tool_call", fail, "proceed")],
        "human allows": [HumanInTheLoop(ask=answer("y"))],
        "human denies": [HumanInTheLoop(ask=answer("n"))],
        "human is not asked": [HumanInTheLoop(allowed_tools=["delete_file"], ask=answer("n"))],
        "human is interrupted": [HumanInTheLoop()],
        "human trusts": [HumanInTheLoop(enable_trust=True)],
        "human after a classifier": [HumanInTheLoop(classifier=True, ask=answer("n"))],
    }


def answer(text: str) -> Any:
    async def ask(prompt: str, **kwargs: Any) -> str:
        await asyncio.sleep(0)
        return text

    return ask


class Greeter(Plugin):
    """A plugin with a hook and a tool."""

    @property
    def name(self) -> str:
        return "greeter"

    @hook  # type: ignore[arg-type]
    def on_model_call(self, event: BeforeModelCallEvent) -> None:
        event.agent.state.set("calls", (event.agent.state.get("calls") or 0) + 1)

    @hook  # type: ignore[arg-type]
    async def on_tool(self, event: BeforeToolCallEvent | AfterToolCallEvent) -> None:
        await asyncio.sleep(0)
        seen = event.agent.state.get("seen") or []
        event.agent.state.set("seen", [*seen, type(event).__name__])

    @tool
    def greet(self, name: str) -> str:
        """Greet someone.

        Args:
            name: Whom.
        """
        return f"hello {name}"

    def init_agent(self, agent: Agent) -> None:
        agent.system_prompt = "greet"


class AsyncGreeter(Greeter):
    """The same, with an async `init_agent`."""

    async def init_agent(self, agent: Agent) -> None:  # type: ignore[override]
        await asyncio.sleep(0)
        agent.system_prompt = "greet, async"


PLUGINS: dict[str, type[Plugin]] = {"plugin": Greeter, "plugin with async init_agent": AsyncGreeter}

CASES = [*interventions(), *MIDDLEWARE, *PLUGINS]


async def controlled(agent_type: Any, model: Any, case: str) -> list[Any]:
    """Run one case, with any interrupt answered, and return what came of it."""
    options: dict[str, Any] = {}
    if case in PLUGINS:
        options["plugins"] = [PLUGINS[case]()]
    elif case not in MIDDLEWARE:
        options["interventions"] = interventions()[case]
    agent: Agent = agent_type(model, callback_handler=None, tools=[delete_file], **options)
    if case in MIDDLEWARE:
        agent.add_middleware(*MIDDLEWARE[case])
    result = await agent.invoke_async("delete /tmp/x")
    reasons: list[Any] = []
    while result.stop_reason == "interrupt":
        reasons += [interrupt.reason for interrupt in result.interrupts or []]
        response = "trust" if case == "human trusts" else "yes"
        answers: Any = [
            {"interruptResponse": {"interruptId": each.id, "response": response}} for each in result.interrupts or []
        ]
        result = await agent.invoke_async(answers)
    return [str(result).strip(), result.stop_reason, agent.state.get(), reasons]


@workflow.defn
class Controlled:
    @workflow.run
    async def run(self, case: str) -> list[Any]:
        return await controlled(TemporalAgent, "scripted", case)
