"""The wire form of a model call: what is written, and what older and other writers wrote."""

from __future__ import annotations

from typing import Any

import pytest

from strands_temporal._model.request import ModelReply, ModelRequest, user_state

FULL = ModelRequest(
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


def test_round_trip() -> None:
    assert ModelRequest.from_wire(FULL.to_wire()) == FULL
    empty = ModelRequest(model_name=None)
    assert ModelRequest.from_wire(empty.to_wire()) == empty
    assert empty.to_wire() == {"version": 1, "model_name": None, "agent_name": None, "messages": []}


def test_the_form_of_version_1() -> None:
    """Pinned: histories and activities in flight hold it."""
    assert FULL.to_wire() == {
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
    reply = ModelReply([{"messageStart": {"role": "assistant"}}], {"response_id": "r"})
    wire = {"version": 1, "events": [{"messageStart": {"role": "assistant"}}], "model_state": {"response_id": "r"}}
    assert reply.to_wire() == wire
    assert ModelReply.from_wire(wire) == reply


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
    assert ModelReply.from_wire(events) == ModelReply(events)


def test_a_newer_version_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"version 99.*reads up to version 1.*Upgrade strands-temporal"):
        ModelRequest.from_wire({"version": 99, "model_name": None})


def test_user_state_leaves_out_what_strands_put_there(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "strands_temporal"):
        state = user_state({"user": "Ann", "agent": object(), "messages": [1], "handle": object(), "raw": b"\xff"})
    assert state == {"user": "Ann", "raw": b"\xff"}
    assert ["handle" in record.message for record in caplog.records] == [True]
