"""Strands' store on a Bedrock knowledge base, as a memory of the worker: what goes over the wire, and what is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from strands.vended_memory_stores.bedrock_knowledge_base import BedrockKnowledgeBaseStore
from temporalio.client import WorkflowFailureError

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel

from ..env import LIMIT, Env, scheduled_activities
from . import memory_workflows as wf
from .knowledge_server import KnowledgeBases, knowledge_server
from .test_memory import answers, facts


@pytest.fixture
def bases(monkeypatch: pytest.MonkeyPatch) -> Iterator[KnowledgeBases]:
    with knowledge_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_AGENT", server.address)
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME", server.address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "word")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        yield server


def prepare(env: Env, base: str = "KB12345678") -> ScriptedModel:
    model, extractor = ScriptedModel(answers), ScriptedModel(facts)

    def notes(user: str = "all") -> BedrockKnowledgeBaseStore:
        config: Any = {
            "knowledge_base_id": base,
            "data_source_type": "CUSTOM",
            "data_source_id": "DS45678901",
            "region_name": "eu-west-1",
        }
        return BedrockKnowledgeBaseStore(name="notes", config=config, scope=user, writable=True)

    env.plugin = StrandsPlugin(
        models={"scripted": lambda: model, "extractor": lambda: extractor}, memory_stores={"notes": notes}
    )
    return model


async def test_what_is_added_is_found_by_another_workflow_of_the_same_user(env: Env, bases: KnowledgeBases) -> None:
    model = prepare(env)
    async with env.worker(wf.Remembers):
        first = await env.start(wf.Remembers.run, "tenant", ["I like tea"])
        await env.result(first)
    assert bases.documents == [("# Taste\nLikes tea", {"namespace": "ann"})]
    assert bases.paths("GET") == ["/knowledgebases/KB12345678"]  # its type, asked once
    bases.documents.append(("Likes <rain>", {"namespace": "bob"}))
    bases.throttled = 1
    async with env.worker(wf.Remembers):  # a worker that knows nothing of it
        second = await env.start(wf.Remembers.run, "tenant", ["what do I like?"])
        await env.result(second)
    said = str(model.requests[1].messages)
    assert "# Taste\\nLikes tea" in said and "rain" not in said
    asked = [body for _, path, body in bases.requests if path.endswith("/retrieve")]
    assert [each["retrievalQuery"]["text"] for each in asked] == ["I like tea", *["what do I like?"] * 2]  # retried
    before = len(bases.requests)
    for each in (first, second):
        history = await each.fetch_history()
        assert [name for name in scheduled_activities(history) if name.startswith("strands-memory")] == [
            "strands-memory-initialize",
            "strands-memory-search",
            "strands-memory-add",
        ]
        await env.replay(history)
    assert len(bases.requests) == before


@pytest.mark.uncached
async def test_another_worker_adds_what_the_first_could_not(env: Env, bases: KnowledgeBases) -> None:
    prepare(env)
    bases.throttled = 1000
    async with env.worker(wf.Remembers, graceful_shutdown_timeout=timedelta(0)):
        handle = await env.start(wf.Remembers.run, "tenant", ["I like tea"])
        for _ in range(int(LIMIT / 0.02)):
            if bases.paths("POST"):
                break
            await asyncio.sleep(0.02)
        assert bases.paths("POST")
    bases.throttled = 0
    async with env.worker(wf.Remembers):
        await env.result(handle)
    assert bases.documents == [("# Taste\nLikes tea", {"namespace": "ann"})]


async def test_a_base_that_is_not_there_fails_the_workflow_at_once(env: Env, bases: KnowledgeBases) -> None:
    prepare(env, "KB99999999")
    async with env.worker(wf.Remembers):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Remembers.run, "tenant", ["I like tea"])
    assert "Knowledge base KB99999999 does not exist" in str(failure.value.cause)
    assert len(bases.requests) == 1
