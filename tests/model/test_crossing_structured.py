"""Structured output that a provider enforces itself: its model on the worker gets what Strands gives it outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from strands.models import Model

from ..env import Env
from ..errors import real_models
from ..fixtures import responses_wire as wire
from ..fixtures.providers import Error, Raw
from . import crossing_workflows as wf
from .recording import RecordingModel, crossed, crossed_on_the_wire, reply, tool_call

ENFORCES = hasattr(Model, "_supports_structured_output")
"""Whether this version of Strands has providers enforce structured output; 1.60 has not."""

GUEST = {"name": "Ann", "reason": "invited", "addresses": [{"street": "Main St", "city": "Rome"}]}


class EnforcingModel(RecordingModel):
    """A model that wants to see the output's model, and all tools with it."""

    _supports_structured_output = True


@pytest.mark.uncached
async def test_a_model_that_enforces_it_gets_the_outputs_name_and_schema_and_all_tools(env: Env) -> None:
    replies = [reply("Ann."), reply(tool_call("Guest", json.dumps(GUEST))), reply("She was invited.")]
    calls = await crossed(env, "enforced_output", replies, EnforcingModel)
    if ENFORCES:
        assert [call.get("structured_output_model", (None,))[0] for call in calls] == [None, "Guest", None]
        assert [[spec["name"] for spec in call["tool_specs"]] for call in calls[:2]] == [["look", "Guest"]] * 2


PROVIDERS: dict[str, tuple[str, Callable[[str], Raw], Raw]] = {
    "anthropic": (
        'tool_choice: type "tool" and "any" are not supported for this model.',
        wire.anthropic_text,
        wire.anthropic(wire.anthropic_tool("Guest", [json.dumps(GUEST)])),
    ),
    "bedrock": (
        "This model doesn't support the toolConfig.toolChoice.tool field.",
        lambda text: wire.bedrock([{"text": text}]),
        wire.bedrock(wire.bedrock_tool("Guest", [json.dumps(GUEST)]), stop="tool_use"),
    ),
}
"""How a provider says that no tool can be forced, a text of it, and the tool's call where it is forced."""


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_provider_that_cannot_be_forced_gets_the_schema(provider: str, env: Env) -> None:
    refusal, text, forced = PROVIDERS[provider]
    model_ids = iter((f"{env.task_queue}-outside", f"{env.task_queue}-inside"))  # Strands remembers who refused

    def model(url: str) -> Model:
        model = real_models.MODELS[provider](url)
        model.update_config(model_id=next(model_ids))
        return model

    enforced = [Error(400, refusal), text(json.dumps(GUEST))] if ENFORCES else [forced]
    answers = [text("Ann."), *enforced, text("She was invited.")]
    bodies = await crossed_on_the_wire(env, "enforced_output", model, *answers)
    if ENFORCES:
        assert schema_of(bodies[2])["properties"]["addresses"]["items"] == {"$ref": "#/$defs/Address"}


def schema_of(body: dict[str, Any]) -> dict[str, Any]:
    """The schema that a request enforces by the provider's own means."""
    if "output_config" in body:
        return body["output_config"]["format"]["schema"]
    structure = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
    assert structure["name"] == wf.Guest.__name__
    return json.loads(structure["schema"])
