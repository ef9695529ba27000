"""The workflows whose histories are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from samples.hello_world import run_worker as hello_world
from samples.tools import run_worker as tools

from strands_temporal.testing import Script, ScriptedRequest, Step, ToolCall

from ..env import texts
from ..runtime import sync_workflows
from ..tools import tool_workflows


@dataclass(frozen=True)
class Case:
    """One workflow, the arguments of its run, and what it needs on its worker."""

    workflow: type
    script: Script
    arguments: Sequence[Any] = ("go",)
    activities: Sequence[Callable[..., Any]] = ()
    model_name: str = "scripted"


def sync_script(request: ScriptedRequest) -> Step:
    if request.system_prompt == "researcher":
        return f"found {request.text}"
    if request.turn == 0:
        return [
            ToolCall("research", {"question": "a"}),
            ToolCall("research", {"question": "b"}),
            ToolCall("shout", {"text": "c"}),
        ]
    return " | ".join(texts(request.tool_results))


def interrupt_script(request: ScriptedRequest) -> Step:
    return request.tool_result() if request.turn else ToolCall("delete_file", {"path": "/a"})


def bytes_script(request: ScriptedRequest) -> Step:
    return "done" if request.turn else ToolCall("picture", {"kind": "image"})


CASES = {
    "hello_world": Case(hello_world.HelloWorldWorkflow, hello_world.script, model_name="sample"),
    "tools": Case(
        tools.ToolsWorkflow,
        tools.script,
        activities=[tools.fetch_weather, tools.environment_activity],
        model_name="sample",
    ),
    "sync_calls": Case(sync_workflows.OneAgent, sync_script, activities=[sync_workflows.shout]),
    "interrupt": Case(tool_workflows.Approves, interrupt_script, ("/a",), [tool_workflows.delete_file]),
    "bytes": Case(tool_workflows.AllTools, bytes_script, activities=[tool_workflows.picture]),
}
