"""Parameters and methods of agents, providers of tools, storages that are searched; what is refused beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from strands.storage import LocalFileStorage
from strands.storage.search import Bm25SearchStrategy, KeywordSearchStrategy
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env
from . import agent_workflows as wf
from .part_workflows import look_up


def looks_up(request: ScriptedRequest) -> Step:
    return request.tool_result() if request.tool_results else ToolCall("look_up", {"word": "ash"})


def asks(request: ScriptedRequest) -> Step:
    return request.tool_result() if request.tool_results else ToolCall("ask", {"input": "ash?"})


async def test_agents_as_tools_providers_of_tools_and_the_end_of_agents(env: Env) -> None:
    inner, outer = ScriptedModel(looks_up), ScriptedModel(asks)
    env.plugin = StrandsPlugin(models={"scripted": lambda: inner, "outer": lambda: outer})
    async with env.worker(wf.Provided, activities=[look_up]):
        assert "ash is found" in await env.execute(wf.Provided.run)
    await env.check_histories()


async def test_an_agent_that_is_busy_refuses_a_second_invocation(env: Env) -> None:
    env.model(lambda request: request.text)
    async with env.worker(wf.Twice):
        assert await env.execute(wf.Twice.run) == ["a", "ConcurrencyException"]
    await env.check_histories()


async def test_direct_calls_that_leave_no_message(env: Env) -> None:
    env.model(["unused"])
    async with env.worker(wf.Direct, activities=[look_up]):
        assert await env.execute(wf.Direct.run) == ["ash is found", 0]
    await env.check_histories()


async def test_a_turn_that_pauses_at_checkpoints(env: Env) -> None:
    env.model(looks_up)
    async with env.worker(wf.Paused, activities=[look_up]):
        *stops, answer = await env.execute(wf.Paused.run)
    assert answer == "ash is found" and stops == ["checkpoint", "checkpoint", "end_turn"]
    await env.check_histories()


@pytest.mark.uncached
@pytest.mark.parametrize("bm25", [True, False])
async def test_storages_are_searched_where_they_are(env: Env, tmp_path: Path, bm25: bool) -> None:
    files = LocalFileStorage(str(tmp_path), search_strategy=Bm25SearchStrategy() if bm25 else KeywordSearchStrategy())
    env.plugin = StrandsPlugin(storages={"files": lambda: files})
    async with env.worker(wf.Searched):
        assert await env.execute(wf.Searched.run, "files") == ["the oak is old"]
        assert await env.execute(wf.Searched.run, None) == ["the oak is old"]
    await env.check_histories()


async def test_a_printing_handler_of_the_users_own(env: Env, capsys: pytest.CaptureFixture[str]) -> None:
    env.model(["it is said"])
    async with env.worker(wf.Prints):
        assert await env.execute(wf.Prints.run) == "it is said\n"
    assert "it is said" in capsys.readouterr().out
    await env.check_histories()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("A2AAgent", ["A2AAgent(...)", "activity_as_tool(...)"]),
        ("A2AServer", ["A2AServer(...)", "process of its own"]),
        ("StrandsA2AExecutor", ["StrandsA2AExecutor(...)", "process of its own"]),
        ("mcp_router", ["'mcp_router'", "TemporalMCPClient(server='NAME')"]),
        ("knowledge base", ["BedrockKnowledgeBaseStore", "TemporalMemoryStore('NAME')"]),
    ],
)
async def test_refused_with_what_to_use_instead(env: Env, what: str, words: list[str]) -> None:
    env.model(["never asked"])
    async with env.worker(wf.Outside):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Outside.run, what)
    assert isinstance(failure.value.cause, ApplicationError)
    for each in words:
        assert each in failure.value.cause.message
    await env.check_histories()
