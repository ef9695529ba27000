"""Everything crosses: a worker's model sees what it would see without Temporal, and the user gets what it says."""

from __future__ import annotations

from typing import Any

import pytest

from ..env import Env
from . import crossing_workflows as wf
from .recording import block, crossed, reply, tool_call


async def test_media_cache_points_and_guarded_content(env: Env) -> None:
    calls = await crossed(env, "media", [reply("A dog."), reply("A cat."), reply("Nothing.")])
    for value in (wf.PNG, wf.PDF, wf.MP4, wf.MP3, {"enabled": True}, {"type": "default", "ttl": "1h"}):
        assert repr(value) in repr(calls[0]["messages"])
        assert repr(value) in repr(calls[2]["messages"])
    assert calls[1]["messages"][2]["content"][3] == {"guardContent": {"text": wf.QUERY}}
    assert repr(calls[1]["messages"]).count("s3://bucket/key") == 3


async def test_system_prompts_of_blocks_and_of_text(env: Env) -> None:
    calls = await crossed(env, "system_prompt", [reply("1"), reply("2"), reply("3")])
    assert calls[0]["system_prompt_content"][1] == {"cachePoint": {"type": "default"}}
    assert calls[0]["system_prompt_content"][2] == {"text": wf.NOT_UTF8}
    assert calls[1]["system_prompt"] == wf.SCRIPTS


async def test_reasoning_signatures_redactions_and_citations_come_back(env: Env) -> None:
    places: list[Any] = [
        {"documentChar": {"documentIndex": 0, "start": 1, "end": 2}},
        {"documentPage": {"documentIndex": 0, "start": 1, "end": 2}},
        {"documentChunk": {"documentIndex": 0, "start": 1, "end": 2}},
        {"searchResultLocation": {"searchResultIndex": 0, "start": 1, "end": 2}},
        {"web": {"url": "https://example.com/ä", "domain": "example.com"}},
    ]
    citations = [
        {"citation": {"title": "Paper", "location": place, "sourceContent": [{"text": "so"}]}} for place in places
    ]
    thinking = [{"reasoningContent": {"text": "Hm, "}}, {"reasoningContent": {"text": "yes."}}]
    signed = block(*thinking, {"reasoningContent": {"signature": "c2ln"}}, {"reasoningContent": {"signature": "=="}})
    redacted = block({"reasoningContent": {"redactedContent": wf.PNG}})
    calls = await crossed(
        env,
        "replies",
        [reply(signed, "Yes."), reply(redacted, "No."), reply(block(*citations, "In a ", "paper.")), reply("Done.")],
    )
    first, second, third = [message["content"] for message in calls[3]["messages"] if message["role"] == "assistant"]
    assert first == [
        {"reasoningContent": {"reasoningText": {"text": "Hm, yes.", "signature": "c2ln=="}}},
        {"text": "Yes."},
    ]
    assert second == [{"reasoningContent": {"redactedContent": wf.PNG}}, {"text": "No."}]
    assert [citation["location"] for citation in third[0]["citationsContent"]["citations"]] == places


async def test_text_of_every_kind(env: Env) -> None:
    said = [wf.NOT_UTF8, wf.SCRIPTS, " ", "y" * 60_000]
    calls = await crossed(env, "texts", [reply(block(*text[:40], text[40:])) for text in said])
    contents = [message["content"][0]["text"] for message in calls[3]["messages"]]
    assert contents[::2] == [wf.NOT_UTF8, wf.SCRIPTS, "", "x" * 200_000]
    assert contents[1::2] == [wf.NOT_UTF8, wf.SCRIPTS, "[blank text]"]


async def test_inputs_and_results_of_tools(env: Env) -> None:
    numbers = "[NaN, Infinity, -Infinity, -0.0, 1e-320, 9007199254740993]"
    odd = f'{{"what": "all", "größe": {numbers}, "$": {{"$float": "nan"}}}}'
    two = [*tool_call("look", odd), *tool_call("look", '{"what": "error"}', "use-2")]
    calls = await crossed(
        env, "tools", [reply("Well.", two), reply("Seen."), reply(tool_call("look", odd)), reply("1")]
    )
    everything, error = (part["toolResult"] for part in calls[1]["messages"][2]["content"])
    assert (everything["status"], error["status"]) == ("success", "error")
    assert error["content"] == [{"text": wf.NOT_UTF8}]
    assert everything["content"][1]["image"]["source"]["bytes"] == wf.PNG
    assert repr(everything["content"][3]["json"]["numbers"]) == repr(wf.NUMBERS)
    assert everything["content"][3]["json"]["escapes"] == wf.LOOKS_ESCAPED
    assert repr(everything["content"][4]["json"]["größe"]) == "[nan, inf, -inf, -0.0, 1e-320, 9007199254740993]"


async def test_tool_specifications(env: Env) -> None:
    calls = await crossed(env, "tool_specs", [reply(tool_call("measure")), reply("Done.")])
    spec = calls[0]["tool_specs"][0]
    assert spec["outputSchema"]["json"]["properties"] == {"cm": {"type": "number"}}
    assert spec["annotations"] == {"readOnlyHint": True, "title": "Measure"}
    assert spec["inputSchema"]["json"]["$defs"]["Size"]["maximum"] == 2**70


async def test_the_tool_choice_of_structured_output(env: Env) -> None:
    ann, bob = (tool_call("Person", f'{{"name": "{name}"}}', f"use-{name}") for name in ("Ann", "Bob"))
    calls = await crossed(env, "structured_output", [reply("It is Ann."), reply(ann), reply(bob)])
    assert [call["tool_choice"] for call in calls] == [None, {"tool": {"name": "Person"}}, None]


async def test_the_users_invocation_state_and_no_other(env: Env) -> None:
    calls = await crossed(env, "invocation_state", [reply(tool_call("note")), reply("Noted."), reply("Well.")])
    first = {key: value for key, value in wf.SENT_STATE.items() if key != "noted"}
    assert [call["invocation_state"] for call in calls] == [first, wf.SENT_STATE, {}]


async def test_the_agents_metadata(env: Env) -> None:
    (call,) = await crossed(env, "session", [reply("Hello.")])
    assert call["agent_metadata"].session_id == wf.NoStore.session_id


async def test_context_that_is_put_last(env: Env) -> None:
    calls = await crossed(env, "injected", [reply("1"), reply("2")])
    assert [call["dynamic_trailing_blocks"] for call in calls] == [1, 1]


@pytest.mark.uncached
async def test_the_model_state_goes_there_and_back(env: Env) -> None:
    calls = await crossed(env, "replies", [reply(text) for text in "1234"])
    assert calls[0]["model_state"] == {}
    assert calls[3]["model_state"] == {"calls": 3, "token": b"\xff\x03", "seen": [0.5, 0.5, 0.5]}


def properties(call: dict[str, Any], tool: int) -> list[str]:
    """The names of a tool's parameters in the order in which the model saw them, and in which it fills them in."""
    return list(call["tool_specs"][tool]["inputSchema"]["json"]["properties"])


async def test_the_order_of_the_parameters_of_tools(env: Env) -> None:
    calls = await crossed(env, "tool_specs", [reply(tool_call("measure")), reply("Done.")])
    assert properties(calls[0], 0) == properties(calls[1], 0) == ["größe", "a"]


async def test_the_order_of_the_properties_of_structured_output(env: Env) -> None:
    calls = await crossed(env, "structured_output", [reply("Ann."), *[reply(tool_call("Person", '{"name": "A"}'))] * 2])
    assert properties(calls[1], 0) == list(wf.Person.model_fields) == ["name", "age"]


async def test_the_order_of_keys_in_inputs_and_results_of_tools(env: Env) -> None:
    replies = [reply(tool_call("look", '{"what": "x", "b": 1, "a": 2}')), *[reply("Seen.")] * 2]
    calls = await crossed(env, "tools", replies)
    for call in calls[1:]:
        use, result = call["messages"][1]["content"][0], call["messages"][2]["content"][0]
        assert list(use["toolUse"]["input"]) == ["what", "b", "a"]
        assert list(result["toolResult"]["content"][3]["json"]) == ["numbers", "ключ", "escapes", "text"]
