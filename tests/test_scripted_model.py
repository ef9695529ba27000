"""ScriptedModel: every kind of step, and what it remembers, in one process and across several."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import pydantic
import pytest
from strands import Agent, tool

from strands_temporal.testing import Fail, Reply, ScriptedModel, ScriptedRequest, ToolCall

ROOT = Path(__file__).parents[1]


async def events(model: ScriptedModel, *texts: str, **options: Any) -> list[Any]:
    """One call with a conversation of these texts, the user's first."""
    roles = ("user", "assistant")
    messages: Any = [{"role": roles[index % 2], "content": [{"text": text}]} for index, text in enumerate(texts)]
    return [event async for event in model.stream(messages, **options)]


def text_of(stream: list[Any]) -> list[str]:
    return [event["contentBlockDelta"]["delta"]["text"] for event in stream if "contentBlockDelta" in event]


async def test_steps_follow_the_conversation_and_not_the_calls() -> None:
    model = ScriptedModel(["first", "second"])
    assert text_of(await events(model, "a")) == ["first"]
    assert text_of(await events(model, "a")) == ["first"]
    assert text_of(await events(model, "a", "first", "b")) == ["second"]
    assert [(request.turn, request.attempt, request.text) for request in model.requests] == [
        (0, 1, "a"),
        (0, 2, "a"),
        (1, 1, "b"),
    ]
    with pytest.raises(AssertionError, match="The script has 2 steps, and turn 2 was asked for, after: 'c'"):
        await events(model, "a", "first", "b", "second", "c")


async def test_it_streams_like_a_provider() -> None:
    stream = await events(ScriptedModel([Reply(["a" * 30, ToolCall("t", {"x": 1})])], chunk_size=12), "go")
    assert [next(iter(event)) for event in stream] == [
        "messageStart",
        *["contentBlockDelta"] * 3,
        "contentBlockStop",
        "contentBlockStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert stream[-2] == {"messageStop": {"stopReason": "tool_use"}}
    usage = stream[-1]["metadata"]["usage"]
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"] > 0


async def test_errors_and_delays() -> None:
    model = ScriptedModel([Fail(ConnectionError("lost"), times=2, then=Fail(lambda: ValueError("odd"), then="fine"))])
    for expected in ("lost", "lost", "odd"):
        with pytest.raises((ConnectionError, ValueError), match=expected):
            await events(model, "a")
    assert text_of(await events(model, "a")) == ["fine"]
    with pytest.raises(LookupError):
        await events(ScriptedModel([LookupError("always")]), "a")
    start = time.monotonic()
    await events(ScriptedModel([Reply(["slow"], delay=0.1, chunk_delay=0.02)]), "a")
    assert time.monotonic() - start >= 0.18  # five events follow the first delay


async def test_blocks_stop_reasons_and_usage_as_they_are() -> None:
    thought = {"reasoningContent": {"text": "hm"}}
    stream = await events(ScriptedModel([Reply([thought, "x"], stop_reason="max_tokens", input_tokens=7)]), "a")
    assert stream[1] == {"contentBlockDelta": {"delta": thought}}
    assert stream[-2]["messageStop"]["stopReason"] == "max_tokens"
    assert stream[-1]["metadata"]["usage"]["inputTokens"] == 7


def test_a_function_of_the_request_in_a_plain_agent() -> None:
    """Outside of Temporal it is a Strands model like any other."""

    @tool
    def count(word: str) -> int:
        """Count."""
        return len(word)

    def script(request: ScriptedRequest) -> Any:
        assert request.system_prompt == "be exact"
        assert [spec["name"] for spec in request.tool_specs] == ["count"]
        return f"it is {request.tool_result()}" if request.tool_results else ToolCall("count", {"word": "four"})

    agent = Agent(ScriptedModel(script), tools=[count], system_prompt="be exact", callback_handler=None)
    assert str(agent("go", invocation_state={"user": b"\xff"})).strip() == "it is 4"


class Point(pydantic.BaseModel):
    x: int


async def test_structured_output() -> None:
    stream = ScriptedModel([ToolCall("Point", {"x": 3})]).structured_output(
        Point, [{"role": "user", "content": [{"text": "where?"}]}]
    )
    assert [event async for event in stream] == [{"output": Point(x=3)}]


async def test_processes_share_a_record(tmp_path: Path) -> None:
    """Attempts are counted over all of them, and each sees what the others were asked."""
    record = tmp_path / "requests"
    script = [Fail(ConnectionError("lost"), times=2, then="fine")]
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.test_scripted_model import ScriptedModel, Fail, events\n"
        f"model = ScriptedModel([Fail(ConnectionError('lost'), times=2, then='fine')], record=Path({str(record)!r}))\n"
        "asyncio.run(events(model, 'a'))"
    )
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, cwd=ROOT, stderr=asyncio.subprocess.PIPE
        )
        assert b"ConnectionError: lost" in (await process.communicate())[1]
    model = ScriptedModel(script, record=record)
    assert text_of(await events(model, "a")) == ["fine"]
    assert [request.attempt for request in model.requests] == [1, 2, 3]
