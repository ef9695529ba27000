"""Results that JSON has no form for: the model reads them, or why not, after the tool has run once."""

from __future__ import annotations

import math
from typing import Any

import pytest

from strands_temporal.testing import ToolCall

from ..env import Env
from . import written_workflows as wf

TOOLS = ["give", "give_locally", "give_elsewhere", "give_here"]

IN_BLOCKS: dict[str, Any] = {
    "bytes and a date": {"thumbnail": b"\xff", "taken": "2026-01-02T00:00:00Z"},
    "no number and a decimal": {"mean": math.nan, "worth": "1.50"},
    "bytes and a set": {"image": b"\xff", "ids": [7]},
    "dataclass": {"picture": {"data": b"\xff", "taken": "2026-01-02T00:00:00Z"}},
    "model": {"album": {"pictures": [b"\xff"], "worth": "1.50"}},
    "date": {"taken": "2026-01-02T00:00:00Z", "worth": "1.50"},
}
"""What the model sees of a result of Strands' with a `json` block."""

ALONE = {
    "bytes and a date": '{"thumbnail": "{\\"base64\\": \\"/w==\\"}", "taken": "2026-01-02T00:00:00Z"}',
    "no number and a decimal": '{"mean": NaN, "worth": "1.50"}',
    "date": '{"taken": "2026-01-02T00:00:00Z", "worth": "1.50"}',
}
"""What it sees of a value alone, as text."""

REFUSED = {
    "itself": "or holds itself",
    "object": "builtins.object cannot be written",
    "deep": "more than 150 levels",
    "deeper": "more than 150 levels",
    "deepest": "more than 150 levels",
}


async def saw(env: Env, tool: str, kinds: list[str], *, block: bool) -> list[Any]:
    """What the model saw of all of them, in the turn and in the next."""
    calls = [ToolCall(tool, {"kind": kind, "block": block}) for kind in kinds]
    model = env.model([calls, "one", "two"], tools=[wf.give_elsewhere])
    del wf.RAN[:]
    async with env.worker(wf.Gives, activities=[wf.give, wf.give_locally]):
        assert await env.execute(wf.Gives.run, "go") == ["one", "two"]
    if tool != "give_here":  # the sandbox of the workflow has a list of its own
        assert sorted(wf.RAN) == sorted(kinds), "each ran once"
    assert repr(model.requests[2].messages[2]["content"]) == repr(model.requests[1].messages[2]["content"])
    return model.requests[1].tool_results


@pytest.mark.uncached
@pytest.mark.parametrize("tool", TOOLS)
async def test_results_are_the_same_from_everywhere(env: Env, tool: str) -> None:
    """A tool's result of Strands' own, and why it cannot be recorded, after one run."""
    results = await saw(env, tool, [*IN_BLOCKS, *REFUSED], block=True)
    for value, result in zip(IN_BLOCKS.values(), results[: len(IN_BLOCKS)], strict=True):
        assert result["status"] == "success"
        assert repr(result["content"]) == repr([{"json": value}])
    for words, result in zip(REFUSED.values(), results[len(IN_BLOCKS) :], strict=True):
        assert result["status"] == "error"
        text = result["content"][0]["text"]
        assert f"Tool {tool!r} has run, but its result cannot be recorded" in text and words in text


@pytest.mark.parametrize("tool", ["give", "give_locally"])
async def test_a_value_is_told_as_text(env: Env, tool: str) -> None:
    results = await saw(env, tool, list(ALONE), block=False)
    assert [result["content"] for result in results] == [[{"text": text}] for text in ALONE.values()]
