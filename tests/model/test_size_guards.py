"""What is too large for the server, or cannot be written, is said at once, to who can do something about it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from strands_temporal import StrandsPlugin
from strands_temporal.testing import Reply, ScriptedModel, ToolCall

from ..env import Env, EventType, of_type, scheduled_activities
from . import size_workflows as wf

LIMIT = 20_000

TOO_MUCH = pytest.mark.parametrize(
    ("size", "limit", "allowed"), [(LIMIT, {"payload_limit": LIMIT}, "20,000"), (3_000_000, {}, "2,080,768")]
)
"""More than a limit of the user's, and more than the server itself takes."""


async def history_of(env: Env, workflow: Any, *args: Any) -> tuple[Any, Any]:
    """A workflow's result, or the failure that ended it, and its history."""
    async with env.worker(workflow, activities=wf.TOOLS):
        handle = await env.start(workflow.run, *args)
        (result,) = await asyncio.gather(env.result(handle), return_exceptions=True)
    await env.check_ended_at_once()
    return getattr(result, "cause", result), await handle.fetch_history()


async def told(env: Env, *calls: ToolCall, **options: Any) -> tuple[list[Any], list[str]]:
    """The tool results that a model read, and the activities that were scheduled."""
    model = env.model([list(calls), "Done."], **options)
    result, history = await history_of(env, wf.UsesTools)
    assert result == "Done."
    return model.requests[1].tool_results, scheduled_activities(history)


def attempts(history: Any) -> list[int]:
    started = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    return [event.activity_task_started_event_attributes.attempt for event in started]


@TOO_MUCH
async def test_a_request_that_is_too_large_fails_the_workflow_at_once(
    size: int, limit: dict[str, Any], allowed: str, env: Env
) -> None:
    model = env.model(["Read."], **limit)
    failure, history = await history_of(env, wf.Reads, 10, size)
    assert isinstance(failure, ApplicationError) and failure.non_retryable
    assert failure.type == "PayloadSizeError"
    for words in (
        "Agent 'reader'",
        f"Its largest parts: message 0 (user), document 'report {size}': {size * 4 // 3:,}"[:-4],
        f"where {allowed} are allowed",
        "smaller documents",
        "external_storage",
        "StrandsPlugin(payload_limit=...)",
    ):
        assert words in failure.message
    assert model.requests == []
    assert attempts(history) == [1]


async def test_no_limit(env: Env) -> None:
    env.model(["Read."], payload_limit=None)
    result, _ = await history_of(env, wf.Reads, 10, LIMIT)
    assert result == "Read."


@pytest.mark.uncached
async def test_user_code_can_take_away_what_is_too_large(env: Env) -> None:
    model = env.model(lambda request: f"reply {request.turn}", payload_limit=LIMIT)
    (caught, texts), history = await history_of(env, wf.CatchesAndGoesOn, LIMIT)
    assert [error[:2] for error in caught] == [["ModelError", "PayloadSizeError"]] * 2
    assert "message 2 (user), document 'report'" in caught[0][2]
    assert "message 4 (user), document 'report'" in caught[1][2]
    said = ["one", "reply 0", "two, without its document", "reply 1", "three, without its document", "reply 2"]
    assert texts == said
    assert [message["content"][0]["text"] for message in model.requests[-1].messages] == said[:-1]
    assert scheduled_activities(history) == ["invoke_model"] * 5
    env.plugin = StrandsPlugin(payload_limit=None)  # it replays under any limit


async def test_what_cannot_be_written_is_named(env: Env) -> None:
    env.model(["Done."])
    failure, history = await history_of(env, wf.Keeps, "go")
    assert isinstance(failure, ApplicationError) and failure.type == "TypeError"
    assert "message 0 (user), text: builtins.set cannot be written" in failure.message
    assert attempts(history) == [1]


@TOO_MUCH
async def test_a_reply_that_is_too_large_fails_the_workflow_at_once(
    size: int, limit: dict[str, Any], allowed: str, env: Env
) -> None:
    model = ScriptedModel(["x" * size], chunk_size=size)
    env.plugin = StrandsPlugin(models={"scripted": lambda: model}, **limit)
    failure, history = await history_of(env, wf.Reads, 10)
    assert isinstance(failure, ApplicationError) and failure.non_retryable
    for words in (
        "Agent 'reader'",
        "reply is too large",
        f"where {allowed} are allowed",
        "max_tokens",
        "external_storage",
        "payload_limit",
    ):
        assert words in failure.message
    assert len(model.requests) == 1
    assert attempts(history) == [1]


@TOO_MUCH
async def test_a_tools_result_that_is_too_large_is_told_to_the_model(
    size: int, limit: dict[str, Any], allowed: str, env: Env
) -> None:
    (result,), activities = await told(env, ToolCall("fetch", {"size": size}), **limit)
    assert result["status"] == "error"
    for words in ("'fetch' has run", f"too large to be recorded: {size:,}"[:-2], f"{allowed} are allowed"):
        assert words in result["content"][0]["text"]
    assert activities == ["invoke_model", "fetch", "invoke_model"]


async def test_a_result_within_the_limit(env: Env) -> None:
    (result,), _ = await told(env, ToolCall("fetch", {"size": LIMIT - 30}), payload_limit=LIMIT + 200)
    assert result["status"] == "success"


async def test_a_result_that_cannot_be_written_is_told_to_the_model(env: Env) -> None:
    (result,), _ = await told(env, ToolCall("odd"))
    assert result["status"] == "error"
    assert "Tool 'odd' has run, but its result cannot be recorded: builtins.object" in result["content"][0]["text"]


@TOO_MUCH
async def test_arguments_that_are_too_large_are_an_error_result(
    size: int, limit: dict[str, Any], allowed: str, env: Env
) -> None:
    """Of user code's call; a model's are part of its reply, which is then too large itself."""
    model = env.model(["Done."], **limit)
    (status, text, answer), history = await history_of(env, wf.CallsToolItself, size)
    assert (status, answer) == ("error", "Done.")
    for words in ("'store' was not called", f"{allowed} are allowed", "Pass less"):
        assert words in text
    assert scheduled_activities(history) == ["store", "invoke_model"]
    assert len(model.requests) == 1
    if size == LIMIT:
        env.plugin = StrandsPlugin(payload_limit=None)  # it replays under any limit


async def test_a_call_with_too_large_arguments_runs_nothing_on_a_worker_without_the_plugin(env: Env) -> None:
    ran: list[str] = []

    @activity.defn
    async def store(name: str = "", data: str = "") -> str:
        ran.append(name)
        return "stored"

    env.model(["Done."], payload_limit=LIMIT)
    other = f"{env.task_queue}-other"
    async with Worker(env.client, task_queue=other, activities=[store]):
        (status, _, answer), history = await history_of(env, wf.CallsToolItself, LIMIT, other)
    assert (status, answer) == ("error", "Done.")
    assert ran == [] and attempts(history) == [1, 1]


async def test_results_that_are_too_large_together_are_named(env: Env) -> None:
    sizes = [LIMIT // 2, LIMIT // 2 + 1, 10]
    env.model([Reply([ToolCall("fetch", {"size": size}) for size in sizes]), "Done."], payload_limit=LIMIT)
    failure, history = await history_of(env, wf.UsesTools)
    assert isinstance(failure, ApplicationError) and failure.type == "PayloadSizeError"
    large = "message 2 (user), result of tool 'fetch': 10,"
    assert failure.message.count(large) == 2
    assert scheduled_activities(history) == ["invoke_model", "fetch", "fetch", "fetch", "invoke_model"]
