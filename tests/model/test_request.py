"""The wire forms of a model call that are only read: those of version 1 and of the official plugin."""

from __future__ import annotations

from typing import Any

import pytest

from strands_temporal._model.request import ModelReply, ModelRequest, user_state

REQUEST_1 = {
    "version": 1,
    "model_name": "claude",
    "agent_name": "a",
    "messages": [{"role": "user", "content": [{"image": {"source": {"bytes": {"$bytes": "/w=="}}}}]}],
    "tool_specs": [{"name": "t", "description": "d", "inputSchema": {"json": {}}}],
    "system_prompt": "s",
    "system_prompt_content": [{"text": "s"}, {"cachePoint": {"type": "default"}}],
    "tool_choice": {"auto": {}},
    "invocation_state": {"user": 1},
    "model_state": {"response_id": "r"},
    "agent_metadata": {"session_id": "x"},
    "dynamic_trailing_blocks": 2,
}


def test_a_request_of_version_1() -> None:
    """Pinned: histories and activities in flight hold it."""
    assert ModelRequest.from_wire(REQUEST_1) == ModelRequest(
        model_name="claude",
        agent_name="a",
        messages=[{"role": "user", "content": [{"image": {"source": {"bytes": b"\xff"}}}]}],
        tool_specs=[{"name": "t", "description": "d", "inputSchema": {"json": {}}}],
        system_prompt="s",
        system_prompt_content=[{"text": "s"}, {"cachePoint": {"type": "default"}}],
        tool_choice={"auto": {}},
        invocation_state={"user": 1},
        model_state={"response_id": "r"},
        agent_metadata={"session_id": "x"},
        dynamic_trailing_blocks=2,
    )
    empty = {"version": 1, "model_name": None, "agent_name": None, "messages": []}
    assert ModelRequest.from_wire(empty) == ModelRequest(model_name=None)


def test_a_reply_of_version_1() -> None:
    reply = ModelReply([{"messageStart": {"role": "assistant"}}], {"response_id": "r"}, activity_id="7")
    wire = {"version": 1, "events": [{"messageStart": {"role": "assistant"}}], "model_state": {"response_id": "r"}}
    assert reply.to_wire(1) == wire
    assert ModelReply.from_wire(wire) == ModelReply(reply.events, reply.model_state)


def test_what_the_official_plugin_wrote() -> None:
    wire = {
        "model_name": None,
        "messages": [{"role": "user", "content": [{"text": "hi"}]}],
        "invocation_state": {"$bytes": "not an escape"},
        "tool_specs": None,
        "system_prompt": None,
        "tool_choice": None,
        "system_prompt_content": None,
    }
    request = ModelRequest.from_wire(wire)
    assert request == ModelRequest(
        model_name=None, messages=wire["messages"], invocation_state={"$bytes": "not an escape"}
    )
    events: list[Any] = [{"messageStart": {"role": "assistant"}}]
    assert ModelReply(events, activity_id="7").to_wire(None) == events
    assert ModelReply.from_wire(events) == ModelReply(events, is_official=True)


def test_text_as_version_1_escaped_it() -> None:
    wire = {"version": 1, "messages": [{"role": "user", "content": [{"text": {"$text": "YQAA2A=="}}]}]}
    assert ModelRequest.from_wire(wire).messages == [{"role": "user", "content": [{"text": "a\ud800"}]}]


def test_a_newer_version_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"version 99.*reads up to version 2.*Upgrade strands-temporal"):
        ModelRequest.from_wire({"version": 99, "model_name": None})


def test_user_state_leaves_out_what_strands_put_there(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "strands_temporal"):
        state = user_state({"user": "Ann", "agent": object(), "messages": [1], "handle": object(), "raw": b"\xff"})
    assert state == {"user": "Ann", "raw": b"\xff"}
    assert ["handle" in record.message for record in caplog.records] == [True]
