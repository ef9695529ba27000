"""Interventions, HumanInTheLoop among them, middleware and Strands plugins do in a workflow what they do outside."""

from __future__ import annotations

from typing import Any

import pytest
from strands import Agent

from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env
from . import control_workflows as wf


def script(request: ScriptedRequest) -> Step:
    tools = [spec["name"] for spec in request.tool_specs]
    if "_RiskDecision" in tools:  # the agent by which HumanInTheLoop judges a call
        return ToolCall("_RiskDecision", {"requires_approval": True, "reason": "it deletes"})
    if request.tool_results:
        return f"The tool said: {request.tool_result()}."
    return ToolCall("greet", {"name": "Ann"}) if "greet" in tools else ToolCall("delete_file", {"path": "/tmp/x"})


def asked(model: ScriptedModel) -> list[Any]:
    return [
        [
            each.system_prompt,
            [spec["name"] for spec in each.tool_specs],
            [[message["role"], message["content"]] for message in each.messages],
        ]
        for each in model.requests
    ]


CHANGED = {
    "deny a tool": "The tool said: DENIED: not you.",
    "deny later": "The tool said: DENIED: after a while.",
    "guide a tool": "The tool said: GUIDANCE: [style] use a copy\n[tone] ask first.",
    "transform a tool's input": "The tool said: deleted /other.",
    "transform a result": "The tool said: done.",
    "deny an invocation": "DENIED: closed",
    "deny a model call": "DENIED: no money",
    "an error is a denial": "The tool said: DENIED: Handler threw: no policy found.",
    "model from a cache": "from the cache",
    "model output": "THE TOOL SAID: DELETED /TMP/X.",
    "tool input": "The tool said: deleted /from middleware.",
    "tool from a cache": "The tool said: deleted long ago.",
    "tool output": "The tool said: [redacted].",
    "plugin": "The tool said: hello Ann.",
    "plugin with async init_agent": "The tool said: hello Ann.",
}
"""Answers that show that a case does something at all."""

ASKED = {"confirm by a person", "human is interrupted", "human trusts"}


@pytest.mark.uncached(4)
@pytest.mark.parametrize("case", wf.CASES)
async def test_it_is_as_outside_of_a_workflow(env: Env, case: str) -> None:
    model, outside = env.model(script), ScriptedModel(script)
    result = await env.run(wf.Controlled, case)
    assert result == await wf.controlled(Agent, outside, case)
    assert asked(model) == asked(outside)
    if case in CHANGED:
        assert result[0] == CHANGED[case]
    assert bool(result[3]) == (case in ASKED)
    if case == "human after a classifier":
        assert len(model.requests) == 3 and "CONFIRMATION_FAILED" in result[0]
    if case == "plugin":
        assert result[2] == {"calls": 2, "seen": ["BeforeToolCallEvent", "AfterToolCallEvent"]}
