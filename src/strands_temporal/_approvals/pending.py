"""What waits for a human, as a query tells it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from strands.interrupt import Interrupt
from strands.types.tools import ToolUse

from .._model import codec
from .._runtime.interrupt_state import id_in_agent
from .answers import ApprovalAnswer

NAME = "approval"
"""Name of the interrupts that `Approvals` raises."""

_MARK = "strands_temporal:approval:"
_ASKED = {"tool_name", "tool_input", "reason"}


@dataclass(frozen=True)
class PendingApproval:
    """A call of a tool that waits for a human.

    Attributes:
        id: What the answer has to name.
        agent: Name of the agent.
        tool_name: Name of the tool; None where something that is no tool call asked.
        tool_input: Its input, as JSON values.
        name: Name of the interrupt: `approval` where the rule of `Approvals` asks, else what the tool or hook gave.
        reason: Why it asks; what the tool or hook gave, as JSON values.
        deadline: When the default answer is taken; None for never.
    """

    id: str
    agent: str
    tool_name: str | None
    tool_input: Any
    name: str
    reason: Any
    deadline: datetime | None = None

    def approve(self, response: Any = None) -> ApprovalAnswer:
        """The answer that lets it run.

        Args:
            response: Where a tool or hook of yours asked: what its `interrupt(...)` returns, `"approve"` by default.
        """
        return ApprovalAnswer(self.id, True, response=response)

    def deny(self, message: str | None = None) -> ApprovalAnswer:
        """The answer that does not.

        Args:
            message: Words that the model reads.
        """
        return ApprovalAnswer(self.id, False, message)

    def to_json(self) -> dict[str, Any]:
        """As JSON values, which are the same under every payload converter."""
        deadline = self.deadline and self.deadline.isoformat()
        return {**vars(self), "deadline": deadline}


def ask(tool_name: str, use: ToolUse) -> Interrupt:
    """The question whether a call may run, bound to what it would do.

    Its id holds a digest of the tool and the input, so an answer to it is none for a call that was changed since.
    """
    shown = as_json(use["input"])
    called = [use["name"], tool_name, shown]
    digest = hashlib.sha256(json.dumps(called, sort_keys=True).encode()).hexdigest()[:32]
    return Interrupt(
        id=f"{_MARK}{use['toolUseId']}:{digest}",
        name=NAME,
        reason={"tool_name": tool_name, "tool_input": shown, "reason": f"Tool {tool_name!r} needs approval."},
    )


def is_asked_by_rule(interrupt: Interrupt) -> bool:
    """Whether an interrupt is one of `ask`, be it of a sub-agent."""
    reason: Any = interrupt.reason
    return id_in_agent(interrupt.id).startswith(_MARK) and isinstance(reason, Mapping) and set(reason) == _ASKED  # pyright: ignore[reportUnknownArgumentType]


def describe(interrupt: Interrupt, agent: str, use: ToolUse | None) -> PendingApproval:
    """What an interrupt asks, for a human."""
    tool_name: str | None = None
    tool_input: Any = None
    reason: Any = interrupt.reason
    if is_asked_by_rule(interrupt):
        tool_name, tool_input, reason = reason["tool_name"], reason["tool_input"], reason["reason"]
    elif use is not None:
        tool_name, tool_input = use["name"], as_json(use["input"])
    return PendingApproval(interrupt.id, agent, tool_name, tool_input, interrupt.name, as_json(reason))


def due(approval: PendingApproval, deadline: datetime | None) -> PendingApproval:
    """The same, with when its default answer is taken."""
    return replace(approval, deadline=deadline)


def as_json(value: Any) -> Any:
    """A value as JSON values; what is none is told in words, for an approval with less to read is better than none."""
    try:
        return codec.encode(value)
    except TypeError:
        return str(value)
