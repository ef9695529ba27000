"""What servers ask during a call, as interrupts: what a workflow is asked, what a model saw, what the server did."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from mcp.types import ElicitResult

from strands_temporal import TemporalMCPClient
from strands_temporal._mcp.elicitation import read
from strands_temporal.testing import ScriptedModel, ToolCall

from ..approvals.test_approvals import pending, refusal, respond
from ..env import Env, scheduled_activities, texts
from ..suite.processes import worker_process
from . import asking_workflows as wf
from .asking_process import SCRIPT
from .clients import free_port, serving, stdio, until
from .servers import V2

MODULE = "tests.mcp.more_servers"
BOOK = [ToolCall("book", {"city": "Rome"}), "done"]


def plugin(
    env: Env, folder: Path, script: Any, *, name: str = "asking", first: str = "", **options: Any
) -> ScriptedModel:
    variables = {"LOG": str(folder / "log"), "FIRST": first}
    return env.model(script, mcp_clients={"asking": stdio(name, module=MODULE, env=variables, **options)})


def lines(folder: Path) -> list[str]:
    log = folder / "log"
    return log.read_text().splitlines() if log.exists() else []


def done(folder: Path) -> list[str]:
    """What the server did, without what it was told to leave off, which it hears of at any time."""
    return [line for line in lines(folder) if not line.startswith("cancelled")]


@pytest.mark.parametrize(
    ("answer", "result", "did"),
    [
        ({"action": "accept", "content": {"nights": 2}}, "booked 2 nights in Rome", ["booked Rome 2"]),
        ({"nights": 3}, "booked 3 nights in Rome", ["booked Rome 3"]),
        ("decline", "not booked: decline", ["decline Rome"]),
        ({"action": "cancel"}, "not booked: cancel", ["cancel Rome"]),
    ],
)
async def test_a_question_is_an_interrupt(env: Env, tmp_path: Path, answer: Any, result: str, did: list[str]) -> None:
    model = plugin(env, tmp_path, BOOK)
    async with env.worker(wf.Asked):
        handle = await env.start(wf.Asked.run, [answer], {})
        text, [[[id, name, reason]]] = await env.result(handle)
    assert text == "done"
    assert texts(model.requests[-1].tool_results) == [result]
    assert name == "elicitation" and id.startswith("strands_temporal:elicitation:")
    assert reason["server"] == "asking" and reason["message"] == "How many nights in Rome?"
    assert reason["mode"] == "form" and reason["requestedSchema"]["required"] == ["nights"]
    assert done(tmp_path) == ["begin Rome", "begin Rome", *did]
    assert scheduled_activities(await handle.fetch_history()) == [
        "asking-list-tools",
        "invoke_model",
        "asking-call-tool",
        "asking-call-tool",
        "invoke_model",
    ]


async def test_several_questions_of_one_call(env: Env, tmp_path: Path) -> None:
    """Each is an interrupt of its own, also where two are the same; earlier answers are given again."""
    model = plugin(env, tmp_path, [ToolCall("book_for_two"), "done"])
    answers = [{"name": "Ada"}, {"nights": 2}, {"name": "Bob", "breakfast": True}]
    async with env.worker(wf.Asked):
        text, asked = await env.execute(wf.Asked.run, answers, {})
    assert text == "done"
    assert [each[0][2]["message"] for each in asked] == ["Who?", "How many nights?", "Who?"]
    assert len({each[0][0] for each in asked}) == 3
    assert texts(model.requests[-1].tool_results) == ["Ada and Bob, 2 nights"]


@pytest.mark.uncached
async def test_calls_at_the_same_time(env: Env, tmp_path: Path) -> None:
    """Each gets the answer to its own question."""
    cities = ["Rome", "Oslo", "Lima"]
    model = plugin(env, tmp_path, [[ToolCall("book", {"city": city}, id=city) for city in cities], "done"])
    async with env.worker(wf.Asked):
        text, [asked] = await env.execute(wf.Asked.run, [{"nights": 1}, {"nights": 2}, {"nights": 3}], {})
    assert text == "done"
    nights = {reason["message"].split()[-1].strip("?"): number for number, [_, _, reason] in enumerate(asked, 1)}
    assert sorted(nights) == sorted(cities)
    results = {result["toolUseId"]: texts([result])[0] for result in model.requests[-1].tool_results}
    assert results == {city: f"booked {nights[city]} nights in {city}" for city in cities}


async def test_a_wrong_answer_loses_nothing(env: Env, tmp_path: Path) -> None:
    model = plugin(env, tmp_path, BOOK)
    async with env.worker(wf.Asked):
        text, asked = await env.execute(wf.Asked.run, [{"nights": "two"}, {"nights": 2}], {})
    assert text == "done"
    first, refused, again = asked
    assert "takes content by its `requestedSchema`: 'nights' must be an integer, not 'two'" in refused
    assert "Nothing was applied" in refused
    assert again == first
    assert texts(model.requests[-1].tool_results) == ["booked 2 nights in Rome"]
    assert done(tmp_path) == ["begin Rome", "begin Rome", "booked Rome 2"]


async def test_an_address_to_visit(env: Env, tmp_path: Path) -> None:
    """Its address may be another when the call is made again."""
    model = plugin(env, tmp_path, [ToolCall("connect"), "done"])
    async with env.worker(wf.Asked):
        text, asked = await env.execute(wf.Asked.run, [{"content": 1}, "accept"], {})
    assert text == "done"
    reason = asked[0][0][2]
    assert reason["mode"] == "url" and reason["message"] == "Sign in"
    assert reason["url"].startswith("https://example.com/") and "requestedSchema" not in reason
    assert "only 'accept', 'decline' or 'cancel'" in asked[1]
    assert texts(model.requests[-1].tool_results) == ["signed in: accept"]


async def until_asked_again(handle: Any, first: Any) -> None:
    """Wait until another question than the first is pending."""
    while [each.id for each in await pending(handle)] == [first.id]:
        await asyncio.sleep(0.02)


async def test_approvals(env: Env, tmp_path: Path) -> None:
    model = plugin(env, tmp_path, BOOK)
    async with env.worker(wf.Approved):
        handle = await env.start(wf.Approved.run)
        (question,) = await pending(handle)
        assert question.tool_name == "book" and question.tool_input == {"city": "Rome"}
        assert question.name == "elicitation" and question.reason["message"] == "How many nights in Rome?"
        assert "'nights' is missing" in await refusal(handle, question.approve())
        assert "'nights' must be an integer" in await refusal(handle, question.approve({"nights": 1.5}))
        assert (await pending(handle)) == [question]
        await respond(handle, question.approve({"nights": 2}))
        assert await env.result(handle) == "done"
    assert texts(model.requests[-1].tool_results) == ["booked 2 nights in Rome"]


async def test_a_denied_question(env: Env, tmp_path: Path) -> None:
    """The call is not made again."""
    model = plugin(env, tmp_path, BOOK)
    async with env.worker(wf.Approved):
        handle = await env.start(wf.Approved.run)
        (question,) = await pending(handle)
        await respond(handle, question.deny("too far"))
        assert await env.result(handle) == "done"
    assert texts(model.requests[-1].tool_results) == ["The call was denied: too far"]
    assert done(tmp_path) == ["begin Rome"]


async def test_a_question_that_nobody_answers(env: Env, tmp_path: Path) -> None:
    """A default that approves has no content to give."""
    model = plugin(env, tmp_path, BOOK)
    assert await env.run(wf.Approved, 0.5) == "done"
    assert texts(model.requests[-1].tool_results) == ["The call was denied: nobody answered in time."]


async def test_questions_are_carried_into_new_runs(env: Env, tmp_path: Path) -> None:
    model = plugin(env, tmp_path, [ToolCall("book_for_two"), "done"])
    async with env.worker(wf.Carried):
        handle = await env.start(wf.Carried.run, [{"name": "Ada"}, {"nights": 2}, {"name": "Bob"}])
        assert await env.result(handle) == "done"
    assert texts(model.requests[-1].tool_results) == ["Ada and Bob, 2 nights"]


async def test_killed_workers(env: Env, tmp_path: Path) -> None:
    """One while the question waits, one in the call with the answer."""
    env.replays(wf.Approved)
    port, file, record = free_port(), tmp_path / "port", tmp_path / "asked"
    file.write_text(str(port))
    worker = partial(worker_process, env, "tests.mcp.asking_process", file, record)
    variables = {"LOG": str(tmp_path / "log"), "FIRST": "hang"}
    async with serving("http", "asking", port, module=MODULE, env=variables):
        async with worker():
            handle = await env.start(wf.Approved.run)
            (question,) = await pending(handle)
        async with worker():
            assert await pending(handle) == [question]
            await respond(handle, question.approve({"nights": 2}))
            await until(lambda: "works" in lines(tmp_path))
        async with worker():
            assert await env.result(handle) == "done"
    did = [line for line in done(tmp_path) if not line.startswith(("open", "close"))]
    assert did == ["begin Rome"] * 2 + ["works", "begin Rome", "booked Rome 2"]
    assert texts(ScriptedModel(SCRIPT, record=record).requests[-1].tool_results) == ["booked 2 nights in Rome"]


@pytest.mark.parametrize("idempotent", [True, False])
async def test_calls_that_must_not_repeat(env: Env, tmp_path: Path, idempotent: bool) -> None:
    """They are made again for the answer, as the server waits for it; a call that has got it is not repeated."""
    model = plugin(env, tmp_path, BOOK, first="die")
    async with env.worker(wf.Asked):
        text, _ = await env.execute(wf.Asked.run, [{"nights": 2}], {"idempotent": idempotent})
    assert text == "done"
    (result,) = model.requests[-1].tool_results
    if idempotent:
        assert texts([result]) == ["booked 2 nights in Rome"]
        assert done(tmp_path) == ["begin Rome"] * 2 + ["works", "begin Rome", "booked Rome 2"]
    else:
        assert result["status"] == "error" and "may have run" in texts([result])[0]
        assert done(tmp_path) == ["begin Rome", "begin Rome", "works"]


if V2:  # servers of mcp 1 can do neither

    @pytest.mark.parametrize("visits", [True, False])
    async def test_an_error_that_requires_a_visit(env: Env, tmp_path: Path, visits: bool) -> None:
        """It is asked again as long as the server requires it, and until it is declined."""
        model = plugin(env, tmp_path, [ToolCall("required"), "done"])
        async with env.worker(wf.Approved):
            handle = await env.start(wf.Approved.run)
            (first,) = await pending(handle)
            assert first.reason["url"] == "https://example.com/in" and first.reason["mode"] == "url"
            await respond(handle, first.approve("accept"))
            await until_asked_again(handle, first)
            (again,) = await pending(handle)
            assert again.reason == first.reason
            if visits:
                (tmp_path / "log.visited").touch()
            await respond(handle, again.approve() if visits else again.approve("decline"))
            assert await env.result(handle) == "done"
        (result,) = model.requests[-1].tool_results
        assert (texts([result]) == ["there"]) is visits
        if not visits:
            assert result["status"] == "error" and "MCP Elicitation required" in texts([result])[0]

    async def test_servers_that_return_their_questions(env: Env, tmp_path: Path) -> None:
        """In the newest MCP a server does not ask during a call, but ends it."""
        model = plugin(env, tmp_path, [ToolCall("order", {"dish": "soup"}), "done"], name="newer")
        async with env.worker(wf.Asked):
            text, [[[_, _, reason]]] = await env.execute(wf.Asked.run, [{"nights": 4}], {})
        assert text == "done" and reason["message"] == "How much soup?"
        assert texts(model.requests[-1].tool_results) == ["4 times soup"]


async def test_by_default_the_callback_of_the_client_answers(env: Env, tmp_path: Path) -> None:
    async def answer(context: Any, params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content={"nights": 7})

    model = plugin(env, tmp_path, BOOK, elicitation_callback=answer)
    async with env.worker(wf.Asked):
        assert await env.execute(wf.Asked.run, [], {"elicitation": None}) == ["done", []]
        assert texts(model.requests[-1].tool_results) == ["booked 7 nights in Rome"]
        text, asked = await env.execute(wf.Asked.run, ["decline"], {})
    assert text == "done" and len(asked) == 1
    assert texts(model.requests[-1].tool_results) == ["not booked: decline"]


def test_a_wrong_option() -> None:
    with pytest.raises(ValueError, match=r"elicitation=.*takes 'interrupt' or None, not 'ask'"):
        TemporalMCPClient("asking", elicitation="ask")  # type: ignore[arg-type]


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 2, "maxLength": 3},
        "number": {"type": "number", "minimum": 0, "maximum": 5},
        "integer": {"type": "integer"},
        "flag": {"type": "boolean"},
        "choice": {"type": "string", "enum": ["a", "b"]},
        "titled": {"oneOf": [{"const": "x", "title": "X"}, {"const": "y", "title": "Y"}]},
        "several": {"type": "array", "items": {"enum": ["p", "q"]}, "minItems": 1},
        "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    },
    "required": ["text"],
}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "'text' is missing"),
        ({"text": 1}, "must be text"),
        ({"text": "a"}, "text of length 2 or more"),
        ({"text": "abcd"}, "text of length 3 or less"),
        ({"text": "ab", "number": "1"}, "must be a number"),
        ({"text": "ab", "number": -1}, "a number of 0 or more"),
        ({"text": "ab", "number": 5.5}, "a number of 5 or less"),
        ({"text": "ab", "number": True}, "must be a number"),
        ({"text": "ab", "integer": 1.5}, "must be an integer"),
        ({"text": "ab", "flag": 1}, "must be true or false"),
        ({"text": "ab", "choice": "c"}, "must be one of 'a', 'b'"),
        ({"text": "ab", "titled": "z"}, "must be 'x' or 'y'"),
        ({"text": "ab", "several": ["p", "r"]}, "a list of which each is one of 'p', 'q'"),
        ({"text": "ab", "several": []}, "a list of 1 or more"),
        ({"text": "ab", "maybe": "1"}, "must be an integer or null"),
        ({"text": "ab", "unknown": 1}, "'unknown' is unknown; its fields are 'text', "),
    ],
)
def test_content_that_does_not_fit(fields: Any, words: str) -> None:
    for response in (fields, {"action": "accept", "content": fields}):
        with pytest.raises(ValueError, match="requestedSchema") as error:
            read(response, {"requestedSchema": SCHEMA})
        assert words in str(error.value)


@pytest.mark.parametrize("response", [None, 1, True, "yes", ["accept"]])
def test_what_is_no_answer(response: Any) -> None:
    with pytest.raises(ValueError, match="'decline' or 'cancel', not"):
        read(response, {"requestedSchema": SCHEMA})


def test_answers() -> None:
    fields = {"text": "ab", "number": 1, "flag": False, "titled": "y", "several": ["q"], "maybe": None, "choice": "a"}
    accepted = {"action": "accept", "content": fields}
    assert read(fields, {"requestedSchema": SCHEMA}) == accepted
    assert read(accepted, {"requestedSchema": SCHEMA}) == accepted
    assert read("approve", {"requestedSchema": {"properties": {}}}) == {"action": "accept", "content": {}}
    assert read("approve", {"mode": "url"}) == {"action": "accept"}
    asks_for_action = {"properties": {"action": {"type": "string"}}, "required": ["action"]}
    assert read({"action": "buy"}, {"requestedSchema": asks_for_action})["content"] == {"action": "buy"}
