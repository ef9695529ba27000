"""Servers of tenants: what each model saw, the connections that the server counted, and what the history keeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from strands.tools.mcp import MCPClient
from temporalio.client import WorkflowFailureError

from strands_temporal import StrandsPlugin, TemporalMCPClient
from strands_temporal.testing import ScriptedModel, ToolCall

from ..env import LIMIT, Env, EventType, of_type, texts
from . import asking_workflows as wf
from .clients import Factory, free_port, serving, until

pytestmark = pytest.mark.timing

KEYS = {"a": "key-of-a", "b": "key-of-b", "c": "key-of-c"}
"""The secrets of the tenants, which only the worker knows."""

WHO = [ToolCall("who"), "done"]
HELD = [ToolCall("who", {"seconds": 1}), "done"]
A, B, C = ({"tenant": name} for name in "abc")


class Tenants:
    """A server of three tenants, and a factory of clients for it."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self._log = log

    def factory(self, context: Any) -> MCPClient:
        """A client of one tenant, with its secret."""
        tenant = context["tenant"]
        headers = {"x-tenant": tenant, "authorization": f"Bearer {KEYS[tenant]}"}
        return MCPClient(url=f"http://127.0.0.1:{self.port}/mcp", headers=headers)

    def noted(self, *kinds: str) -> list[str]:
        """What the server has noted: sessions that were opened and closed, and calls."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return [line for line in lines if not kinds or line.split()[0] in kinds]

    def go(self) -> None:
        """Let the calls end that are held."""
        self._log.with_suffix(".go").touch()


@pytest.fixture
async def tenants(tmp_path: Path) -> AsyncIterator[Tenants]:
    port, log = free_port(), tmp_path / "log"
    async with serving("http", "tenants", port, module="tests.mcp.more_servers", env={"LOG": str(log)}):
        yield Tenants(port, log)


def plugin(env: Env, tenants: Tenants, script: Any, factory: Any = None, **options: Any) -> ScriptedModel:
    return env.model(script, mcp_clients={"tenants": factory or tenants.factory}, **options)


async def waits(handle: Any, activity: str) -> Any:
    """Wait until an activity of a workflow runs, and give what the server knows of it."""
    for _ in range(int(LIMIT / 0.02)):
        for each in (await handle.describe()).raw_description.pending_activities:
            if each.activity_type.name == activity and each.HasField("last_started_time"):
                return each
        await asyncio.sleep(0.02)
    raise AssertionError(f"{activity} does not run")


async def test_two_tenants_at_once(env: Env, tenants: Tenants) -> None:
    """Each sees its own tools and answers, and no secret is in a history."""
    model = plugin(env, tenants, WHO)
    async with env.worker(wf.OfTenant):
        handles = [await env.start(wf.OfTenant.run, context, {}) for context in (A, B, A)]
        assert [await env.result(handle) for handle in handles] == ["done"] * 3
        assert sorted(tenants.noted("open")) == ["open a", "open b"]
    assert sorted(tenants.noted("close")) == ["close a", "close b"]
    seen = [
        ([spec["name"] for spec in request.tool_specs], texts(request.tool_results))
        for request in model.requests
        if request.turn
    ]
    of_a = (["who", "only_a"], ["tenant a with the key of a"])
    of_b = (["who", "only_b"], ["tenant b with the key of b"])
    assert sorted(seen) == [of_a, of_a, of_b]
    for handle in handles:
        history = (await handle.fetch_history()).to_json()
        assert "tenant" in history
        assert not any(key in history for key in KEYS.values())


async def test_prompts_and_resources(env: Env, tenants: Tenants) -> None:
    """They are those of the tenant, over the connection that its tools have."""
    plugin(env, tenants, WHO)
    async with env.worker(wf.ReadsOfTenant, wf.OfTenant):
        assert await env.execute(wf.OfTenant.run, A, {}) == "done"
        for name in "ab":
            assert await env.execute(wf.ReadsOfTenant.run, name) == [
                ["greet"],
                f"Say hello to Ada from {name}.",
                [f"notes://{name}/today"],
                f"notes of {name}",
            ]
        assert tenants.noted("open") == ["open a", "open b"]


@pytest.mark.uncached
async def test_equal_contexts_have_one_connection(env: Env, tenants: Tenants) -> None:
    plugin(env, tenants, WHO)
    async with env.worker(wf.OfTenant):
        for context in ({**A, "region": {"x": 1, "y": [2]}}, {"region": {"y": [2], "x": 1}, **A}):
            assert await env.execute(wf.OfTenant.run, context, {}) == "done"
        assert tenants.noted("open") == ["open a"]
        assert await env.execute(wf.OfTenant.run, {**A, "region": {"x": 1, "y": [3]}}, {}) == "done"
        assert tenants.noted("open") == ["open a"] * 2


async def test_the_connection_that_is_idle_for_longest_is_closed(env: Env, tenants: Tenants) -> None:
    plugin(env, tenants, WHO, mcp_max_connections=2)
    async with env.worker(wf.OfTenant):
        for context in (A, B, A, C):
            assert await env.execute(wf.OfTenant.run, context, {}) == "done"
        assert tenants.noted("open", "close") == ["open a", "open b", "close b", "open c"]
    assert sorted(tenants.noted("open", "close")[4:]) == ["close a", "close c"]


async def test_a_call_waits_for_a_connection(env: Env, tenants: Tenants) -> None:
    """For longer than its heartbeat timeout; and what comes after it on the connection in use does not overtake it."""
    model = plugin(env, tenants, HELD, mcp_max_connections=1)
    async with env.worker(wf.OfTenant):
        first = await env.start(wf.OfTenant.run, A, {})
        await until(lambda: tenants.noted("call") == ["call a"])
        second = await env.start(wf.OfTenant.run, B, {})
        waiting = await waits(second, "tenants-list-tools")
        third = await env.start(wf.OfTenant.run, A, {})
        await waits(third, "tenants-list-tools")
        started = waiting.last_started_time.ToDatetime()
        while (waiting := await waits(second, "tenants-list-tools")) and (
            waiting.last_heartbeat_time.ToDatetime() - started < timedelta(seconds=1.5)
        ):
            await asyncio.sleep(0.05)
        assert waiting.attempt == 1
        assert tenants.noted() == ["open a", "call a"]
        tenants.go()
        assert [await env.result(handle) for handle in (first, second, third)] == ["done"] * 3
    assert tenants.noted("open", "close")[:3] == ["open a", "close a", "open b"]
    assert all(result["status"] == "success" for request in model.requests for result in request.tool_results)


async def test_a_call_that_waits_for_too_long(env: Env, tenants: Tenants) -> None:
    plugin(env, tenants, HELD, mcp_max_connections=1)
    async with env.worker(wf.OfTenant):
        first = await env.start(wf.OfTenant.run, A, {})
        await until(lambda: tenants.noted("call") == ["call a"])
        second = await env.start(wf.OfTenant.run, B, {"seconds": 0.5})
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(second)
        assert "'tenants' timed out" in str(failure.value.cause)
        tenants.go()
        assert await env.result(first) == "done"


async def test_idle_connections_are_closed(env: Env, tenants: Tenants) -> None:
    plugin(env, tenants, WHO, mcp_connection_idle_timeout=timedelta(seconds=0.3))
    async with env.worker(wf.OfTenant):
        for context in (A, B, A):
            assert await env.execute(wf.OfTenant.run, context, {}) == "done"
            await until(lambda: len(tenants.noted("close")) == len(tenants.noted("open")))
    noted = tenants.noted("open", "close")
    opened = [line.split()[1] for line in noted[::2]]
    assert noted == [f"{what} {name}" for name in opened for what in ("open", "close")]
    # Between the calls of one run a connection may be idle for so long, too.
    assert [name for name, _ in groupby(opened)] == ["a", "b", "a"]


async def test_a_chat_goes_on_on_another_worker(env: Env, tenants: Tenants) -> None:
    model = plugin(env, tenants, [ToolCall("who"), "first", ToolCall("only_b"), "second"])
    async with env.worker(wf.TwoTurnsOfTenant):
        handle = await env.start(wf.TwoTurnsOfTenant.run, B)
        assert await handle.execute_update(wf.TwoTurnsOfTenant.turn, "go") == "first"
    async with env.worker(wf.TwoTurnsOfTenant):
        assert await handle.execute_update(wf.TwoTurnsOfTenant.turn, "go on") == "second"
        await env.result(handle)
    assert texts(model.requests[-1].tool_results) == ["only of b"]
    assert tenants.noted("open", "close") == ["open b", "close b"] * 2


async def test_a_server_that_cannot_be_reached_is_tried_again(env: Env, tenants: Tenants) -> None:
    """It is opened at its first use, so its failures are those of the activity."""
    broken = [True]

    def factory(context: Any) -> MCPClient:
        if not broken:
            return tenants.factory(context)
        broken.pop()
        return MCPClient(url=f"http://127.0.0.1:{free_port()}/mcp")

    plugin(env, tenants, WHO, factory)
    async with env.worker(wf.OfTenant):
        handle = await env.start(wf.OfTenant.run, A, {})
        assert await env.result(handle) == "done"
        broken.extend([True] * 3)
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.OfTenant.run, B, {})
    assert "MCP server 'tenants' cannot be reached" in str(failure.value.cause)
    started = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    assert started[0].activity_task_started_event_attributes.attempt == 2


async def test_with_and_without_a_context(env: Env, tenants: Tenants) -> None:
    """A factory that may do without is connected at the worker's start."""

    def factory(context: Any = None) -> MCPClient:
        return tenants.factory(context or A)

    model = plugin(env, tenants, WHO, factory)
    async with env.worker(wf.OfTenant):
        await until(lambda: tenants.noted("open") == ["open a"])
        assert await env.execute(wf.OfTenant.run, None, {}) == "done"
        assert await env.execute(wf.OfTenant.run, B, {}) == "done"
        assert tenants.noted("open") == ["open a", "open b"]
    results = [text for request in model.requests for text in texts(request.tool_results)]
    assert results == ["tenant a with the key of a", "tenant b with the key of b"]


@pytest.mark.parametrize(
    ("context", "takes", "words"),
    [
        (None, True, "takes a context (context), and TemporalMCPClient(server='tenants') gives none"),
        (A, False, "gives a context, and the server's factory takes no argument"),
    ],
)
async def test_a_factory_that_does_not_fit(env: Env, tenants: Tenants, context: Any, takes: bool, words: str) -> None:
    factory: Factory = lambda: tenants.factory(A)  # noqa: E731
    plugin(env, tenants, ["never"], tenants.factory if takes else factory)
    async with env.worker(wf.OfTenant):
        handle = await env.start(wf.OfTenant.run, context, {})
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
    assert words in str(failure.value.cause)
    assert not of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT)


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ("a", "takes a mapping of text to JSON values"),
        ([A], "takes a mapping of text to JSON values"),
        ({1: "a"}, "the key 1 of context is not text"),
        ((loop := {}, loop.update(a=[loop]), loop)[2], "more than 150 levels"),
        ({"x": {2: "a"}}, "the key 2 of context['x'] is not text"),
        ({"x": [1, b"a"]}, "context['x'][1] is b'a' of type bytes"),
        ({"x": (1, 2)}, "of type tuple"),
        ({"x": float("nan")}, "no JSON value"),
        ({"x": object()}, "no JSON value"),
        ({"x": "y" * 17_000}, "where 16,384 are allowed"),
        ({"api_key": "a"}, "context['api_key'] looks like a secret"),
        ({"headers": {"Authorization": "a"}}, "context['headers']['Authorization'] looks like a secret"),
        ({"passwords": ["a"]}, "context['passwords'][0] looks like a secret"),
        ({"text": "sk-0123456789abcdef"}, "context['text'] looks like a secret"),
        ({"url": "https://me:hush@example.com"}, "context['url'] looks like a secret"),
    ],
)
def test_wrong_contexts(context: Any, words: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011
        TemporalMCPClient("tenants", context=context)
    assert words in str(error.value)
    if "secret" in words:
        assert "history" in str(error.value) and "factory" in str(error.value)
        assert "hush" not in str(error.value) and "0123" not in str(error.value)


async def test_a_context_that_was_taken_is_taken_in_a_replay(
    env: Env, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is taken for a secret has changed, and runs from before go on; `env` replays this one under today's rule."""
    plugin(env, tenants, WHO)
    context = {**A, "connection_string": "Server=db"}
    with monkeypatch.context() as before:
        before.setattr("strands_temporal._mcp.context.is_secret", lambda name, value: False)
        async with env.worker(wf.OfTenant):
            handle = await env.start(wf.OfTenant.run, context, {})
            assert await env.result(handle) == "done"
    async with env.worker(wf.OfTenant):
        handle = await env.start(wf.OfTenant.run, context, {})
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
    assert "context['connection_string'] looks like a secret" in str(failure.value.cause)


def test_a_context_is_copied() -> None:
    given = {"tenant": "a", "more": [1]}
    client = TemporalMCPClient("tenants", context=given)
    given["more"].append(2)  # type: ignore[union-attr]
    assert client.context == {"tenant": "a", "more": [1]}
    assert TemporalMCPClient("tenants").context is None


def test_wrong_options_of_the_plugin() -> None:
    for limit in (0, -1, 1.5, "2", True):
        with pytest.raises(ValueError, match="mcp_max_connections"):
            StrandsPlugin(mcp_max_connections=limit)  # type: ignore[arg-type]
    factories: list[Any] = [lambda a, b: None, lambda *, tenant: None]
    for factory in factories:
        with pytest.raises(ValueError, match="or of one, the context"):
            StrandsPlugin(mcp_clients={"tenants": factory})
