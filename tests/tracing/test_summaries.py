"""Summaries of activities: what they say, what they never say, how long they are, and how to have none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strands_temporal import StrandsPlugin, _summaries
from strands_temporal._summaries import LENGTH, of_model_call, of_tool_call
from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env, EventType, of_type
from . import tracing_workflows as wf

INPUT = {"user": "ada", "password": "s3cret-of-ada", "note": "more"}


def script(request: ScriptedRequest) -> Step:
    return "done" if request.tool_results or not request.tool_specs else ToolCall("sign_in", INPUT)


async def summaries(env: Env) -> list[str | None]:
    async with env.worker(wf.Summaries, activities=[wf.sign_in]):
        handle = await env.start(wf.Summaries.run)
        await env.result(handle)
    events = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    return [
        json.loads(event.user_metadata.summary.data) if event.HasField("user_metadata") else None for event in events
    ]


async def test_summaries_say_what_happens(env: Env) -> None:
    env.model(script, name="scripted")
    assert await summaries(env) == [
        "clerk · scripted: turn 1",
        "sign_in(user=ada, password=***, note=more)",
        "clerk · scripted: turn 2",
        "my model",
        "my tool",
        "my model",
        "scripted: turn 1",
    ]


@pytest.mark.uncached
async def test_they_can_be_switched_off(env: Env) -> None:
    env.model(script, summaries=False)
    assert await summaries(env) == [None, None, None, "my model", "my tool", "my model", None]


def test_the_switch_is_checked() -> None:
    for name in ("summaries", "details"):
        with pytest.raises(ValueError, match=rf"StrandsPlugin\({name}=\.\.\.\) takes True or False, not 'no'"):
            StrandsPlugin(**{name: "no"})  # type: ignore[arg-type]


def test_a_model_calls_summary_is_short() -> None:
    assert of_model_call(None, None, 3) == "model: turn 3"
    assert of_model_call("claude", None, 3) == "claude: turn 3"
    assert of_model_call("claude", "researcher", 3) == "researcher · claude: turn 3"
    long = of_model_call("m" * 1000, "a\nb" * 1000, 10**6)
    assert len(long) <= LENGTH and long.endswith("…: turn 1000000") and "\n" not in long


@pytest.mark.parametrize(
    ("tool_input", "expected"),
    [
        ({"city": "Paris"}, "t(city=Paris)"),
        ({}, "t()"),
        ({"a": 1, "b": 2.5, "c": True, "d": None}, "t(a=1, b=2.5, c=True, d=None)"),
        ({"text": "two\nlines\tand \x1b[31mcolours"}, "t(text=two lines and [31mcolou…)"),
        ({"items": [1, 2, 3, 4, 5]}, "t(items=[1, 2, 3, …])"),
        ({"deep": {"a": {"b": {"c": {"d": 1}}}}}, "t(deep={a: {b: {c: {d: 1}}}})"),
        ({"data": b"bytes"}, "t(data=bytes)"),
        ({"name": "größe"}, "t(name=größe)"),
        ("no object", "t"),
        ({f"key{i}": i for i in range(100)}, None),
        ({"x" * 500: "y" * 500}, None),
        ({"list": [["a" * 100] * 100] * 100}, None),
    ],
)
def test_a_tool_calls_summary_is_short_and_one_line(tool_input: Any, expected: str | None) -> None:
    summary = of_tool_call("t", tool_input)
    assert len(summary) <= LENGTH and summary.isprintable()
    assert expected is None or summary == expected


SECRET = "hunter2zzz9"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "password",
            "passwd",
            "db_password",
            "dbPassword",
            "passphrase",
            "token",
            "authToken",
            "access_token",
            "auth",
        ),
        *("api_key", "apiKey", "API_KEY", "X-Api-Key", "apikey", "secret", "client_secret", "Authorization", "bearer"),
        *("credentials", "cookie", "private_key"),
        *("pin", "cvv", "ssn", "session_id", "signature", "ssh_key", "tokens", "auth"),
    ],
)
def test_arguments_with_secret_names_are_masked(name: str) -> None:
    for tool_input in ({name: SECRET}, {"a": {name: SECRET}}, {"a": [{name: SECRET}]}, {name: [SECRET]}):
        summary = of_tool_call("t", tool_input)
        assert SECRET not in summary and "***" in summary, summary


@pytest.mark.parametrize(
    "name", ["author", "pinned", "keyboard", "city", "primary_key", "monkey", "spinner", "tokenizer"]
)
def test_other_names_are_not(name: str) -> None:
    assert of_tool_call("t", {name: "v"}) == f"t({name}=v)"


@pytest.mark.parametrize(
    "text",
    [
        "sk-ant-hunter2zzz9-abc",
        "AKIAHUNTER2ZZZ9HUNTER2ZZZ9",
        "ghp_hunter2zzz9hunter2zzz9",
        "Bearer hunter2zzz9",
        "Authorization: Bearer hunter2zzz9",
        "authorization: Basic hunter2zzz9",
        "https://me:hunter2zzz9@host/path",
        "postgres://me:hunter2zzz9@db",
        "my password is hunter2zzz9",
        "password=hunter2zzz9&x=1",
        '{"api_key": "hunter2zzz9"}',
        "token: hunter2zzz9",
        "-----BEGIN PRIVATE KEY-----\nhunter2zzz9",
        "eyJhunter2zzz9.hunter2zzz9.hunter2zzz9",
    ],
)
def test_values_that_look_secret_are_masked(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_summaries, "_VALUE", 200)  # not cut off by chance
    for tool_input in ({"text": text}, {"text": f"so: {text}"}, {"a": {"b": text}}, {"a": [text]}):
        summary = of_tool_call("t", tool_input)
        assert SECRET not in summary.lower() and "***" in summary, summary
