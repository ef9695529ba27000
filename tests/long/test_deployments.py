"""Code that changes under running chats: each goes on, and its next request is what the code of today says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.worker import Worker

from ..env import Env, EventType, at_rest, of_type
from ..suite.processes import worker_process
from .deployed_process import plugin_of
from .deployed_workflows import KINDS, WINDOW, Deployed

DEPLOYMENTS = [("1", "1"), ("2", "2"), ("2", "3"), ("1", "4")]
"""Versions of the code, the last one a step back, and the seeds of their hashes."""

SEES = {
    "docstring": "of any word",
    "schema": '"title": "Word"',
    "output": '"6 letters in all"',
    "hooks": '"text": "_word',
    "structured": "in words",
    "more": '"spell"',
    "prompt": "Be brief.",
}
"""What a model sees of the new code alone, in all that it is asked."""


@activity.defn
async def nothing() -> None:
    """A worker without workflows wants an activity of its own."""


@asynccontextmanager
async def deployed(
    env: Env, log: Path, way: str, code: str, seed: str, *, fresh: bool, models: str | None
) -> AsyncIterator[None]:
    """Workers with that code, and no others."""
    variables = {"DEPLOYED": code, "REMEMBERS": "no" if way == "forgetful" else "yes"}
    if fresh:
        variables["PYTHONHASHSEED"] = seed
    async with AsyncExitStack() as stack:
        if models:
            plugin = plugin_of(log)
            await stack.enter_async_context(
                Worker(env.client, task_queue=models, activities=[nothing], plugins=[plugin])
            )
        for _ in range(1 if way in ("alone", "apart") else 2):
            await stack.enter_async_context(
                worker_process(env, "tests.long.deployed_process", log, environment=variables, fresh=fresh)
            )
        yield


@pytest.mark.parametrize("way", ["alone", "apart", pytest.param("two", marks=pytest.mark.uncached), "forgetful"])
async def test_running_chats_go_on_with_the_code_of_today(env: Env, tmp_path: Path, way: str) -> None:
    """One worker; one for the models, new each time; two of them, with other hashes; two that remember nothing."""
    env.replays(Deployed)
    env.cuts_replays = False  # the code of today gives what it gives
    env.plugin = plugin_of(tmp_path / "replay")
    fresh = way == "two"
    kinds = [kind for kind in KINDS if fresh or kind != "set"]
    models = f"{env.task_queue}-models" if way == "apart" else None
    chats: dict[str, Any] = {kind: await env.start(Deployed.run, kind, models) for kind in kinds}
    prompts: dict[str, set[str]] = {kind: set() for kind in kinds}
    turn = 0
    for code, seed in DEPLOYMENTS:
        log = tmp_path / f"log-{turn}"
        async with deployed(env, log, way, code, seed, fresh=fresh, models=models):
            for _ in range(2):
                turn += 1
                word = f"word-{turn}"
                said = await asyncio.gather(*(chats[kind].execute_update(Deployed.turn, word) for kind in kinds))
                told = dict(zip(kinds, said, strict=True))
                seen = {call["kind"]: call for call in map(json.loads, log.read_text().splitlines())}
                for kind in kinds:
                    asked = f"_{word}_" if (kind, code) == ("hooks", "2") else word
                    result = f"{len(asked)} letters" + (" in all" if (kind, code) == ("output", "2") else "")
                    if (kind, code) == ("fewer", "1"):
                        result = " ".join(word)
                    assert told[kind] == f"saw {result}"
                    await at_rest(chats[kind])
                    messages = await chats[kind].query(Deployed.messages)
                    saw = seen[kind]["messages"]
                    if (kind, code) == ("manager", "2"):
                        assert len(saw) <= WINDOW + 3 and saw[-len(messages) + 1 :] == messages[:-1]
                    else:
                        assert saw == messages[: len(saw)] and len(messages) - len(saw) <= 2
                        assert sum(message["content"][0].get("text") is not None for message in saw) >= turn
                    offered = await chats[kind].query(Deployed.offered)
                    prompts[kind].add(seen[kind]["prompt"])
                    assert seen[kind]["prompt"] == offered["prompt"]
                    assert [spec for spec in seen[kind]["tools"] if spec["name"] != "Answer"] == offered["tools"]
                    if kind in SEES:
                        assert (SEES[kind] in json.dumps(seen[kind])) == (code == "2")
    for kind in kinds:
        asked_again = await asks(chats[kind])
        assert asked_again == 0 if kind == "nothing" else 1 <= asked_again <= (3 if kind == "set" else 2)
    assert "set" not in prompts or len(prompts["set"]) > 1
    for chat in chats.values():
        await chat.terminate()


async def asks(chat: Any) -> int:
    """How often a worker told that a request does not fit."""
    done = of_type(await chat.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
    return sum(b"asks_for_all" in event.activity_task_completed_event_attributes.SerializeToString() for event in done)
