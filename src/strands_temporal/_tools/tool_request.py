"""What an existing tool's activity is given: the call, the user's invocation_state, and what was answered to it.

It is one object of JSON values with a `version`, written by our own codec; keys that would be empty are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from strands.interrupt import Interrupt
from strands.types.tools import ToolUse
from temporalio.exceptions import ApplicationError

from .._model import codec

VERSION = 1


@dataclass(frozen=True)
class ToolRequest:
    """One call of a tool.

    Attributes:
        tool_use: The call, as the model made it.
        invocation_state: The user's own entries of it.
        interrupts: What the call has asked and was answered, by id.
        retries: Whether the user gave a retry policy, so that errors of which nothing is known are tried again.
    """

    tool_use: ToolUse
    invocation_state: dict[str, Any] = field(default_factory=dict[str, Any])
    interrupts: Mapping[str, Interrupt] = field(default_factory=dict[str, Interrupt])
    retries: bool = False

    def encode(self) -> dict[str, Any]:
        """Write it.

        Raises:
            TypeError: The input has values that JSON has not.
        """
        more: dict[str, Any] = {"retries": True} if self.retries else {}
        if self.invocation_state:
            more["invocationState"] = codec.encode(self.invocation_state)
        if self.interrupts:
            more["interrupts"] = codec.encode([each.to_dict() for each in self.interrupts.values()])
        return {"version": VERSION, "toolUse": codec.encode(self.tool_use), **more}

    @staticmethod
    def decode(request: Any) -> ToolRequest:
        """Read what `encode` wrote.

        Raises:
            ApplicationError: It is of a later version, or no call of a tool.
        """
        if not isinstance(request, dict) or "toolUse" not in request:
            raise ApplicationError(
                "This activity is a tool of StrandsPlugin(tools=[...]), for strands_temporal.workflow.tool_as_activity "
                "in a workflow; nobody else can call it.",
                type="InvalidArgumentError",
                non_retryable=True,
            )
        fields = cast("dict[str, Any]", request)
        if fields["version"] > VERSION:
            raise ApplicationError(
                "This tool was called by a later version of strands-temporal. Update this worker.", type="VersionError"
            )
        interrupts = [Interrupt(**each) for each in codec.decode(fields.get("interrupts", []))]
        return ToolRequest(
            codec.decode(fields["toolUse"]),
            codec.decode(fields.get("invocationState", {})),
            {each.id: each for each in interrupts},
            fields.get("retries", False),
        )
