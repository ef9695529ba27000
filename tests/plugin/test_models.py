"""The worker's models: built lazily, once, and only as the plugin says."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from strands_temporal import StrandsPlugin
from strands_temporal._model.registry import ModelRegistry, default_bedrock_model
from strands_temporal.testing import ScriptedModel, ToolCall

from ..agent.agent_workflows import Defaults, OtherQueue, twice, unrelated
from ..env import Env
from .model_workflows import Describes, NoModelName


@pytest.mark.parametrize(
    ("models", "words"),
    [
        ([lambda: None], "mapping of names to functions, not list"),
        ({"claude": ScriptedModel(["x"])}, "Put a lambda before it"),
        ({"": lambda: None}, "names are text"),
        ({1: lambda: None}, "names are text"),
    ],
)
def test_wrong_models_are_refused_when_the_plugin_is_made(models: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        StrandsPlugin(models=models)


async def test_two_first_calls_at_once_build_one_model() -> None:
    made: list[int] = []
    both_asked = threading.Event()

    def factory() -> ScriptedModel:
        assert both_asked.wait(10)
        made.append(threading.get_ident())
        return ScriptedModel(["x"])

    registry = ModelRegistry({"m": factory})
    first, second = asyncio.create_task(registry.get("m")), asyncio.create_task(registry.get("m"))
    await asyncio.sleep(0)
    both_asked.set()
    assert await first is await second is await registry.get("m")
    assert len(made) == 1 and made[0] != threading.get_ident()


async def test_a_cancelled_first_caller_leaves_the_model_to_the_others() -> None:
    go = threading.Event()

    def factory() -> ScriptedModel:
        assert go.wait(10)
        return ScriptedModel(["x"])

    registry = ModelRegistry({"m": factory})
    first, second = asyncio.create_task(registry.get("m")), asyncio.create_task(registry.get("m"))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    go.set()
    assert isinstance(await second, ScriptedModel)


async def test_a_failed_factory_is_tried_again() -> None:
    tries: list[int] = []

    def factory() -> ScriptedModel:
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError("no secrets yet")
        return ScriptedModel(["x"])

    registry = ModelRegistry({"m": factory})
    with pytest.raises(ConnectionError, match="no secrets yet"):
        await registry.get("m")
    assert isinstance(await registry.get("m"), ScriptedModel)
    assert len(tries) == 2


@pytest.mark.uncached
async def test_models_are_built_at_their_first_call(env: Env) -> None:
    made: list[str] = []

    def factory(name: str) -> ScriptedModel:
        made.append(name)
        return ScriptedModel(["hi"])

    env.plugin = StrandsPlugin(models={"scripted": lambda: factory("scripted"), "other": lambda: factory("other")})
    async with env.worker(Defaults):
        assert made == []
        assert await env.execute(Defaults.run) == "hi"
        assert await env.execute(Defaults.run) == "hi"
    assert made == ["scripted"]


@pytest.mark.filterwarnings("ignore:The same plugin type")
@pytest.mark.parametrize("way", ["worker", "both", "a default one too"])
async def test_a_worker_without_models_refuses_calls_at_once(env: Env, way: str) -> None:
    """Whatever it is asked, and whether a name is given or not; nothing is read for it, and no default is called."""
    env.plugin = StrandsPlugin(models={})
    of_client = {"worker": [], "both": [StrandsPlugin(models={})], "a default one too": [StrandsPlugin()]}[way]
    address = env.client.service_client.config.target_host
    client = await Client.connect(address, plugins=of_client)
    async with env.worker(Defaults, NoModelName, Describes, client=client):
        for workflow in (Defaults, NoModelName, Describes):
            with pytest.raises(WorkflowFailureError) as failure:
                await env.execute(workflow.run)
            cause = failure.value.cause
            assert isinstance(cause, ApplicationError) and cause.non_retryable
            assert "reached a worker without models: it has StrandsPlugin(models={})" in cause.message
            assert "task_queue=" in cause.message
    await env.check_ended_at_once()


async def test_a_worker_without_models_beside_one_that_has_them(env: Env) -> None:
    """Workflows and tools here, models there."""
    env.plugin = StrandsPlugin(models={})
    there = f"{env.task_queue}-models"
    with_models = StrandsPlugin(models={"scripted": lambda: ScriptedModel([ToolCall("twice", {"text": "a"}), "done"])})
    worker = Worker(env.client, task_queue=there, plugins=[with_models], activities=[unrelated])
    async with env.worker(OtherQueue, activities=[twice]), worker:
        assert await env.execute(OtherQueue.run, there, None) == "done"


async def test_another_plugin_of_the_worker_has_models(env: Env) -> None:
    registry = ModelRegistry({})
    registry.add({"m": lambda: ScriptedModel([])})
    assert registry.name_of("m") == "m"
    registry.add({})
    assert registry.name_of("m") == "m"


async def test_default_model_is_bedrock_and_fails_clearly_without_credentials(
    client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    env = Env(client, task_queue)
    with pytest.raises(WorkflowFailureError) as failure:
        await env.run(NoModelName)
    await env.check_ended_at_once()
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.message.startswith("Agent 'nameless': ") and "credentials" in cause.message
    assert "(model 'bedrock')" in cause.message


def test_botocores_own_retries_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    model: Any = default_bedrock_model()
    assert model.client.meta.config.retries["total_max_attempts"] == 1
