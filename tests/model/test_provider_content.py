"""Real models of Strands, with their providers' clients on a real wire: they ask for the same as without Temporal."""

from __future__ import annotations

import base64

import pytest
from strands.models import Model
from strands.models.bedrock import BedrockModel

from ..env import Env
from ..errors.real_models import anthropic, bedrock, openai
from ..fixtures import responses_wire as wire
from .crossing_workflows import PNG
from .recording import crossed_on_the_wire

BASE64 = base64.b64encode(PNG).decode()


async def test_anthropics_thinking_signatures_and_citations(env: Env) -> None:
    thinking = [{"type": "thinking_delta", "thinking": "Hm, "}, {"type": "thinking_delta", "thinking": "größe."}]
    signature = {"type": "signature_delta", "signature": "c2lnbmVk"}
    place = {"document_index": 0, "document_title": "Paper", "start_char_index": 1, "end_char_index": 4}
    citation = {"type": "char_location", "cited_text": "so it", "file_id": None, **place}
    cited = [{"type": "citations_delta", "citation": citation}, {"type": "text_delta", "text": "So it is."}]
    bodies = await crossed_on_the_wire(
        env,
        "provider",
        anthropic,
        wire.anthropic(
            ({"type": "thinking", "thinking": "", "signature": ""}, [*thinking, signature]),
            ({"type": "redacted_thinking", "data": BASE64}, []),
            ({"type": "text", "text": ""}, [{"type": "text_delta", "text": "I count."}]),
            wire.anthropic_tool("count"),
        ),
        wire.anthropic(({"type": "text", "text": "", "citations": []}, cited)),
        wire.anthropic_text("Done."),
    )
    first, second = bodies[1]["messages"][:2]
    assert first["content"][1]["source"]["data"] == BASE64
    assert second["content"][0] == {"type": "thinking", "thinking": "Hm, größe.", "signature": "c2lnbmVk"}
    assert second["content"][-1]["input"] == {"word": "größe"}
    assert "So it is." in str(bodies[2]["messages"][3])


@pytest.mark.uncached
async def test_bedrocks_reasoning_redactions_and_citations(env: Env) -> None:
    signed = [{"text": "Hm, "}, {"text": "größe."}, {"signature": "c2lnbmVk"}]
    citation = {"title": "Paper", "location": {"documentChar": {"documentIndex": 0, "start": 1, "end": 4}}}
    bodies = await crossed_on_the_wire(
        env,
        "provider",
        bedrock,
        wire.bedrock(
            [{"reasoningContent": each} for each in signed],
            [{"reasoningContent": {"redactedContent": BASE64}}],
            [{"text": "I count."}],
            wire.bedrock_tool("count"),
            stop="tool_use",
        ),
        wire.bedrock([{"citation": citation}, {"text": "So it is."}]),
        wire.bedrock([{"text": "Done."}]),
    )
    first, second = bodies[1]["messages"][:2]
    assert first["content"][1]["image"]["source"]["bytes"] == BASE64
    reasoning = {"text": "Hm, größe.", "signature": "c2lnbmVk"}
    assert second["content"][0] == {"reasoningContent": {"reasoningText": reasoning}}
    assert second["content"][1] == {"reasoningContent": {"redactedContent": BASE64}}
    assert bodies[2]["messages"][3]["content"][0]["citationsContent"]["citations"][0]["title"] == "Paper"
    assert bodies[2]["system"][1] == {"cachePoint": {"type": "default"}}


def guarded(url: str) -> Model:
    model = bedrock(url)
    assert isinstance(model, BedrockModel)
    model.update_config(guardrail_id="guard", guardrail_version="1", guardrail_redact_output=True)
    return model


async def test_what_bedrocks_guardrail_blocks_is_redacted(env: Env) -> None:
    topics = {"topics": [{"name": "money", "type": "DENY", "action": "BLOCKED", "detected": True}]}
    trace = {"guardrail": {"inputAssessment": {"guard": {"topicPolicy": topics}}}}
    bodies = await crossed_on_the_wire(
        env,
        "provider",
        guarded,
        wire.bedrock([{"text": "Blocked."}], stop="guardrail_intervened", trace=trace),
        wire.bedrock([{"text": "Done."}], trace={"guardrail": {"inputAssessment": {}}}),
    )
    assert bodies[0]["guardrailConfig"]["guardrailIdentifier"] == "guard"
    before = [block["text"] for message in bodies[1]["messages"][:2] for block in message["content"]]
    assert before == ["[User input redacted.]", "[Assistant output redacted.]"]


async def test_openais_tool_calls(env: Env) -> None:
    bodies = await crossed_on_the_wire(
        env,
        "provider",
        openai,
        wire.openai({"role": "assistant", "content": ""}, {"content": "I count."}, *wire.openai_tool("count")),
        wire.openai({"role": "assistant", "content": ""}, {"content": "So it "}, {"content": "is."}),
        wire.openai({"role": "assistant", "content": "Done."}),
    )
    (image,) = [part for part in bodies[1]["messages"][1]["content"] if part["type"] == "image_url"]
    assert image["image_url"]["url"].endswith(BASE64)
    (call,) = bodies[1]["messages"][2]["tool_calls"]
    assert call["function"] == {"name": "count", "arguments": '{"word": "größe"}'}
    assert bodies[1]["messages"][3]["tool_call_id"] == "call_1"
    assert [message["role"] for message in bodies[2]["messages"]][-2:] == ["assistant", "user"]
