"""What crosses between a workflow and the activities of an MCP server, as JSON values.

The names of the first two activities, and the fields that have the official plugin's names, are that plugin's: its
workflows find our activities and we read its histories. A field more is ours; `version` tells whose a value is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from strands.types.tools import ToolSpec

from .._model import codec

if TYPE_CHECKING:
    from strands.tools.mcp.mcp_agent_tool import MCPAgentTool

VERSION = 1

CONTEXT = "context"
"""Field of every request: what the factory of the client is given."""

LIST_TOOLS, CALL_TOOL = "{}-list-tools", "{}-call-tool"

LIST_PROMPTS, GET_PROMPT = "{}-list-prompts", "{}-get-prompt"
LIST_RESOURCES, LIST_TEMPLATES, READ_RESOURCE = (
    "{}-list-resources",
    "{}-list-resource-templates",
    "{}-read-resource",
)

QUESTIONS = {
    LIST_PROMPTS: "list_prompts_sync",
    GET_PROMPT: "get_prompt_sync",
    LIST_RESOURCES: "list_resources_sync",
    LIST_TEMPLATES: "list_resource_templates_sync",
    READ_RESOURCE: "read_resource_sync",
}
"""The activities that ask for something else than tools, and the method of Strands' client that each calls."""


@dataclass(frozen=True)
class ToolInfo:
    """A tool as a workflow's history keeps it.

    Attributes:
        name: The server's name of it.
        spec: What the model is told, under the name that it calls.
        official: Whether the official plugin has recorded it.
    """

    name: str
    spec: ToolSpec
    official: bool = False

    @property
    def annotations(self) -> Mapping[str, Any]:
        """The server's hints."""
        return self.spec.get("annotations") or {}  # pyright: ignore[reportUnknownMemberType]


def encode_tool(tool: MCPAgentTool) -> dict[str, Any]:
    """Write a tool of Strands' client."""
    spec: dict[str, Any] = {**tool.tool_spec}
    wire: dict[str, Any] = {
        "name": tool.mcp_tool.name,
        "description": spec.pop("description", ""),
        "input_schema": spec.pop("inputSchema", {}).get("json", {}),
        "output_schema": spec.pop("outputSchema", {}).get("json"),
    }
    return codec.encode({**wire, "version": VERSION, "tool_name": spec.pop("name"), "more": spec})


def decode_tool(wire: Mapping[str, Any]) -> ToolInfo:
    """Read a tool, of ours or of the official plugin's."""
    official = "version" not in wire
    fields = dict(wire) if official else codec.decode(dict(wire))
    name: str = fields["name"]
    spec: dict[str, Any] = {
        "name": fields.get("tool_name", name),
        "description": fields.get("description") or f"Tool which performs {name}",
        "inputSchema": {"json": fields["input_schema"]},
        **fields.get("more", {}),
    }
    if fields.get("output_schema"):
        spec["outputSchema"] = {"json": fields["output_schema"]}
    return ToolInfo(name, cast(ToolSpec, spec), official)


@dataclass(frozen=True)
class CallRequest:
    """A call of a tool.

    Attributes:
        tool_name: The server's name of the tool.
        arguments: Its input.
        tool_use_id: The call's id.
        repeatable: Whether it may be called again when it may have run.
        read_timeout: How long to wait for the answer; None for as long as the activity may take.
        progress: Where progress is published: the stream's topic and the agent's name; None for nowhere.
        shown_name: The name that the model knows, where progress is published.
        context: What the factory of the client is given; None for nothing.
        answers: What was answered to the server's elicitations, by the interrupts' ids, where they are interrupts;
            None for the client's own callback.
    """

    tool_name: str
    arguments: Any = field(default_factory=dict[str, Any])
    tool_use_id: str = ""
    repeatable: bool = True
    read_timeout: timedelta | None = None
    progress: tuple[str, str] | None = None
    shown_name: str = ""
    context: Mapping[str, Any] | None = None
    answers: Mapping[str, Any] | None = None

    def to_wire(self) -> dict[str, Any]:
        """Write it."""
        wire: dict[str, Any] = {
            "tool_name": self.tool_name,
            "arguments": codec.encode(self.arguments),
            "tool_use_id": self.tool_use_id,
            "version": VERSION,
        }
        if not self.repeatable:
            wire["repeatable"] = False
        if self.read_timeout is not None:
            wire["read_timeout_seconds"] = self.read_timeout.total_seconds()
        if self.progress is not None:
            wire["progress_topic"], wire["agent"] = self.progress
            wire["shown_name"] = self.shown_name
        if self.context is not None:
            wire[CONTEXT] = codec.encode(self.context)
        if self.answers is not None:
            wire["elicitation_answers"] = codec.encode(self.answers)
        return wire

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> CallRequest:
        """Read a request, of ours or of the official plugin's."""
        arguments, seconds, topic = wire.get("arguments"), wire.get("read_timeout_seconds"), wire.get("progress_topic")
        return CallRequest(
            tool_name=wire["tool_name"],
            arguments=codec.decode(arguments) if "version" in wire else arguments,
            tool_use_id=wire.get("tool_use_id", ""),
            repeatable=wire.get("repeatable", True),
            read_timeout=None if seconds is None else timedelta(seconds=seconds),
            progress=None if topic is None else (topic, wire["agent"]),
            shown_name=wire.get("shown_name", ""),
            context=context_in(wire),
            answers=codec.decode(wire.get("elicitation_answers")),
        )


def context_in(wire: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The context that a request of any activity gives; None for none."""
    return None if wire is None else codec.decode(wire.get(CONTEXT))


def names_in(activities: str, pattern: str = LIST_TOOLS) -> Sequence[str]:
    """The servers whose activities a text names."""
    suffix = pattern.format("")
    names = (each.strip(" .,") for each in activities.split())
    return sorted(each[: -len(suffix)] for each in names if each.endswith(suffix) and len(each) > len(suffix))
