"""With a codec that encrypts, the server sees nothing of a conversation, and what needs its history can read it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.converter import DataConverter

from strands_temporal._model.cache import RequestCache
from strands_temporal.testing import Reply, ToolCall

from ..env import Env
from ..fixtures.ciphers import Cipher, CipherOfWorkflow
from . import secret_workflows as wf

SCRIPT = [
    "plaintext-reply",
    Reply([ToolCall("look_up", {"name": "plaintext-name"}), ToolCall("remember", {"fact": "plaintext-fact"})]),
    "plaintext-answer",
    "plaintext-end",
]


@pytest.mark.uncached(2)
@pytest.mark.parametrize("remembered", [True, False])
@pytest.mark.parametrize("codec", [Cipher, CipherOfWorkflow])
async def test_the_server_sees_nothing_of_a_conversation(codec: type[Cipher], remembered: bool, env: Env) -> None:
    config: Any = {**env.client.config(), "data_converter": replace(DataConverter.default, payload_codec=codec())}
    client = Client(**config)
    model = env.model(SCRIPT)
    if not remembered:
        env.plugin._cache = RequestCache(0)
    async with env.worker(wf.Whispers, activities=[wf.look_up], client=client):
        handle = await env.start(wf.Whispers.run, "plaintext-first", client=client)
        assert await env.result(handle) == "plaintext-end"
    last = model.requests[-1]
    assert last.text == "plaintext-third" and last.system_prompt == "plaintext-system-prompt"
    assert "plaintext-result of plaintext-name" in str(last.messages)
    history = await handle.fetch_history()
    assert not [event for event in history.events if b"plaintext" in event.SerializeToString()]
