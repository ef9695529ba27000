"""What a workflow's current details say of its agents: names, numbers and states, and nothing of what is said."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import Any

from strands import Agent

from ._summaries import one_line

LENGTH = 4000
"""Characters that the agents' part of the details may have."""

AGENTS = 10
"""Agents that are shown, the latest; a workflow may make any number of them."""

_NAME = 60


@dataclass
class ShownAgent:
    """One agent in one workflow run.

    Attributes:
        agent: The agent, while it lives.
        name: Its name.
        model_name: Name of its model; None for the default one.
        usage: Its tokens so far; Strands adds to this very dict.
        turn: How many model calls it has made.
        running: How many of its invocations are under way.
        in_model: Whether a model call is under way.
        ended: How the last invocation ended: Strands' stop reason, or the type of an error.
    """

    agent: weakref.ref[Agent]
    name: str
    model_name: str | None
    usage: Any
    turn: int = 0
    running: int = 0
    in_model: bool = False
    ended: str | None = None


@dataclass
class ShownAgents:
    """The agents of one workflow run, the one that was called last at the end."""

    states: list[ShownAgent] = field(default_factory=list[ShownAgent])
    forgotten: int = 0

    def begins(self, state: ShownAgent) -> None:
        """An invocation begins."""
        state.running += 1
        if self.states and self.states[-1] is state:
            return
        self.states = [each for each in self.states if each is not state]
        self.states.append(state)
        if len(self.states) > AGENTS:
            idle = next((each for each in self.states if not each.running), self.states[0])
            self.states.remove(idle)
            self.forgotten += 1

    def markdown(self) -> str:
        """The agents' part of the details; empty where there are none."""
        parts: list[str] = []
        length = 0
        hidden = self.forgotten
        for state in reversed(self.states):
            part = _markdown(state)
            if length + len(part) > LENGTH - _NAME:
                hidden += 1
                continue
            parts.append(part)
            length += len(part) + 2
        if hidden:
            parts.append(f"and {hidden} more")
        return "\n\n".join(parts)


def _markdown(state: ShownAgent) -> str:
    model = f"model `{_code(state.model_name)}`" if state.model_name else "the default model"
    tokens = f"{state.usage['inputTokens']:,} in, {state.usage['outputTokens']:,} out"
    lines = [f"**{_plain(state.name)}** with {model}: {_doing(state)}"]
    lines.append(f"- turn {state.turn}, tokens so far: {tokens}")
    if state.ended:
        lines.append(f"- last stop reason: `{_code(state.ended)}`")
    return "\n".join(lines)


def _doing(state: ShownAgent) -> str:
    if not state.running:
        return "idle"
    if state.in_model:
        return "asks the model"
    tools = _tools(state.agent())
    return f"runs tools: {', '.join(tools)}" if tools else "running"


def _tools(agent: Agent | None) -> list[str]:
    """The tools of the last message, if the model has asked for some and has not got their results."""
    if agent is None or not agent.messages or agent.messages[-1]["role"] != "assistant":
        return []
    names = [block["toolUse"]["name"] for block in agent.messages[-1]["content"] if "toolUse" in block]
    shown = [f"`{_code(name)}`" for name in names[:5]]
    return [*shown, f"and {len(names) - 5} more"] if len(names) > 5 else shown


def _code(text: str) -> str:
    return one_line(text, _NAME).replace("`", "'")


def _plain(text: str) -> str:
    """A name as Markdown shows it, whatever is in it."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|~" else char for char in one_line(text, _NAME))
