"""With external storage there is no limit to what goes through an agent, and nothing goes through it needlessly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.converter import DataConverter, ExternalStorage

from strands_temporal._model.cache import RequestCache
from strands_temporal.testing import ToolCall

from ..env import Env
from ..fixtures.file_storage import FileStorage
from . import storage_workflows as wf

QUESTION, RESULT, ANSWER = range(3)
"""What is stored, in this order: the request with the user's image, the tool's result, and the request with that."""


@pytest.mark.uncached(1)
@pytest.mark.parametrize("remembered", [True, False])
async def test_large_images_cross_and_are_stored_once(remembered: bool, env: Env, tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    converter = replace(DataConverter.default, external_storage=ExternalStorage([storage]))
    config: Any = {**env.client.config(), "data_converter": converter}
    client = Client(**config)
    model = env.model(["A cat.", ToolCall("draw"), "Drawn.", "Both are cats."])
    if not remembered:
        env.plugin._cache = RequestCache(0)
    async with env.worker(wf.LooksAtImages, activities=[wf.draw], client=client):
        handle = await env.start(wf.LooksAtImages.run, client=client)
        assert await env.result(handle) == "Both are cats."

    images = [wf.image(number)["image"]["source"]["bytes"] for number in (1, 2)]
    _, _, with_result, last = (request.messages for request in model.requests)
    assert last[0]["content"][1]["image"]["source"]["bytes"] == images[0]
    for messages in (with_result, last):
        assert messages[4]["content"][0]["toolResult"]["content"][0]["image"]["source"]["bytes"] == images[1]

    assert len(storage.stored) == 3
    # Each request by its own call, and where nothing is remembered, also by each later call that is rebuilt with it.
    # Without a cached workflow a request may be at hand in one call and no longer in the next, which then reads it.
    again = 0 if env.cached else 1
    assert storage.retrieved.count(QUESTION) in ((1, 1 + again) if remembered else (4, 4))
    assert storage.retrieved.count(ANSWER) in ((1, 1 + again) if remembered else (2, 2))
    # The result by the workflow alone; without a cached workflow, Temporal reads it anew to replay.
    assert storage.retrieved.count(RESULT) == (1 if env.cached else 3)
    history = await handle.fetch_history()
    assert max(event.ByteSize() for event in history.events) < 10_000
    await env.replay(history, client)
    assert len(storage.stored) == 3
