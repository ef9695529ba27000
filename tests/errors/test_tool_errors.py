"""Activity tools that fail: how often they are tried, and what the model reads in the end."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from temporalio import activity
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from strands_temporal._failures import UNKNOWN_ERROR_ATTEMPTS
from strands_temporal.testing import Reply, ScriptedModel, ScriptedRequest, ToolCall

from ..env import Env
from ..fixtures.providers import Behaviour, Cut, Error, Reset, Silence, Text, provider_server
from .activities import ACTIVITIES
from .workflows import Attempts, Job, RaiseInHook, UseTool

SECRET = "sk-secret"

OFTEN = Attempts()
ONCE = Attempts(maximum=1)


@activity.defn(name="fetch_page")
async def fetch_page_with_a_bad_key(url: str, patience: float) -> str:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {SECRET}\n"}) as client:
        return (await client.get(url)).text


async def result_of(env: Env, job: Job, **tool_input: Any) -> Any:
    """The tool result that the model saw, after an agent called a tool once."""
    model = env.model([ToolCall(job.tool, tool_input), "Done."], name="model")
    assert await env.run(UseTool, job, activities=ACTIVITIES) == "Done."
    (result,) = model.requests[1].tool_results
    return result


def text_of(result: Any) -> str:
    (block,) = result["content"]
    return block["text"]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_final_status_goes_to_the_model_at_once(status: int, env: Env) -> None:
    async with provider_server(Error(status)) as server:
        result = await result_of(env, Job("fetch_page"), url=server.url)
        assert len(server.requests) == 1
    assert result["status"] == "error"
    assert str(status) in text_of(result)
    assert server.url in text_of(result)


async def test_transient_errors_are_tried_again(env: Env) -> None:
    def script(request: ScriptedRequest) -> Any:
        if request.turn:
            return request.tool_result()
        return ToolCall("fetch_page", {"url": request.text, "patience": 1})

    env.model(script, name="model")
    async with AsyncExitStack() as stack:
        behaviours: list[Behaviour] = [
            Error(503),
            Reset(),
            Reset(after_start=True),
            Cut(),
            Silence(),
            Silence(after_start=True),
        ]
        servers = {
            str(each): await stack.enter_async_context(provider_server(each, Text("the page"))) for each in behaviours
        }
        async with env.worker(UseTool, activities=ACTIVITIES):
            jobs = [Job("fetch_page", OFTEN, prompt=server.url) for server in servers.values()]
            answers = await asyncio.gather(*(env.execute(UseTool.run, job) for job in jobs))
        assert dict(zip(servers, answers, strict=True)) == dict.fromkeys(servers, "the page")
        assert {name: len(server.requests) for name, server in servers.items()} == dict.fromkeys(servers, 2)


async def test_the_servers_retry_after_is_the_next_delay(env: Env) -> None:
    async with provider_server(Error(429, headers={"Retry-After": "2"}), Text("the page")) as server:
        result = await result_of(env, Job("fetch_page", OFTEN), url=server.url)
        first, second = server.requests
    assert text_of(result) == "the page"
    assert 2 <= second.at - first.at < 10


async def test_a_transient_error_goes_to_the_model_when_the_users_limit_is_reached(env: Env) -> None:
    async with provider_server(Error(503)) as server:
        result = await result_of(env, Job("fetch_page", Attempts(maximum=2)), url=server.url)
        assert len(server.requests) == 2
    assert result["status"] == "error"
    assert "503" in text_of(result)


@pytest.mark.uncached
async def test_a_tools_own_error_goes_to_the_model_at_the_users_limit(env: Env) -> None:
    result = await result_of(env, Job("find_city", ONCE), name="Pariss")
    assert result["status"] == "error"
    assert text_of(result) == "no city 'Pariss', at attempt 1"


async def test_a_tools_own_error_is_tried_a_few_times_where_the_user_set_no_limit(env: Env) -> None:
    result = await result_of(env, Job("find_city", OFTEN), name="Pariss")
    assert result["status"] == "error"
    assert text_of(result).startswith(f"no city 'Pariss', at attempt {UNKNOWN_ERROR_ATTEMPTS}")


async def test_a_failure_that_the_tool_calls_final_goes_to_the_model_at_once(env: Env) -> None:
    result = await result_of(env, Job("book_flight"))
    assert result["status"] == "error"
    assert text_of(result) == "sold out, at attempt 1"


async def test_a_time_out_names_the_tool_and_the_limit(env: Env) -> None:
    result = await result_of(env, Job("count_stars", ONCE, start_to_close=0.3))
    assert result["status"] == "error"
    assert "'count_stars'" in text_of(result)
    assert "start_to_close_timeout" in text_of(result)


@pytest.mark.parametrize(
    ("tool", "text"),
    [("say_nothing", "RuntimeError"), ("say_nothing_at_all", "Application error")],  # the latter is Temporal's own
)
async def test_an_error_without_words_is_named(tool: str, text: str, env: Env) -> None:
    result = await result_of(env, Job(tool, ONCE))
    assert result["status"] == "error"
    assert text_of(result) == text


async def test_one_failing_call_leaves_the_others_alone(env: Env) -> None:
    def script(request: ScriptedRequest) -> Any:
        if request.turn:
            return "Done."
        return Reply([ToolCall("fetch_page", {"url": f"{server.url}/{name}"}) for name in ("one", "two")])

    async with provider_server(Error(404), Text("the page")) as server:
        model: ScriptedModel = env.model(script, name="model")
        assert await env.run(UseTool, Job("fetch_page"), activities=ACTIVITIES) == "Done."
        assert len(server.requests) == 2
    results = model.requests[1].tool_results
    assert sorted(result["status"] for result in results) == ["error", "success"]
    assert [result["toolUseId"] for result in results] == ["tooluse_0_0", "tooluse_0_1"]


@pytest.mark.parametrize(("failure", "kind"), [(True, "Objection"), (False, "UserError")])
async def test_an_error_between_two_model_calls_fails_the_workflow(failure: bool, kind: str, env: Env) -> None:
    env.model([ToolCall("fetch_page", {"url": "http://127.0.0.1:port"}), "Done."], name="model")
    with pytest.raises(WorkflowFailureError) as caught:
        await env.run(RaiseInHook, failure, activities=ACTIVITIES)
    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == kind
    assert "I object" in caught.value.cause.message


async def test_a_key_that_cannot_be_sent_is_not_recorded(env: Env) -> None:
    async with provider_server(Text()) as server:
        model = env.model([ToolCall("fetch_page", {"url": server.url}), "Done."], name="model")
        async with env.worker(UseTool, activities=[fetch_page_with_a_bad_key]):
            handle = await env.start(UseTool.run, Job("fetch_page"))
            assert await env.result(handle) == "Done."
    assert "Illegal header value" in model.requests[1].tool_result()
    assert SECRET not in str(await handle.fetch_history())
