"""Each way to keep a conversation short: all models see, call by call, what they see outside of a workflow."""

from __future__ import annotations

import asyncio
import json
import re
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from strands import Agent
from strands.storage import LocalFileStorage
from strands.types.exceptions import ContextWindowOverflowException

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, scheduled_activities, timers
from . import managed_workflows as wf

SIZES = {"look far": 3000, "look thrice": 5, "look back": 100}

TOOLS: dict[str, tuple[str, dict[str, Any]]] = {
    "pin": ("pin_context", {"select": 0}),
    "truncate": ("truncate_context", {"keep_recent": 4}),
    "summarize": ("summarize_context", {"keep_recent": 2}),
}


class Small(ScriptedModel):
    """A model with a small context window."""

    def get_config(self) -> dict[str, Any]:
        return {"model_id": "small", "context_window_limit": 1500}


def answers(request: ScriptedRequest) -> Step:
    """What to do stands in the last message: the prompt, or the result of a tool, whose id has the prompt's words."""
    if request.system_prompt == "Sum it up.":
        return f"the sum of {len(request.messages)}"
    results = request.tool_results
    words = results[0]["toolUseId"].split("_") if results else request.text.split()[:3]
    task, number, done = " ".join(words[:2]), words[-2 if results else -1], int(words[-1]) + 1 if results else 0
    if task.startswith("overflow") and len(request.messages) > 7:
        return ContextWindowOverflowException("too long")
    if results and len(request.tool_result()) > 9000:
        return ContextWindowOverflowException("too long")
    if task in SIZES and done < (3 if task == "look thrice" else 1):
        return ToolCall("look", {"what": task, "size": SIZES[task]}, id="_".join([*task.split(), number, str(done)]))
    if task.split()[0] in TOOLS and not results:
        name, arguments = TOOLS[task.split()[0]]
        return ToolCall(name, arguments, id=f"{task.split()[0]}_it_0_0")
    return f"fine with {len(request.messages)}"


def summary(request: ScriptedRequest) -> Step:
    return f"the summary of {len(request.messages)}"


def seen(model: ScriptedModel) -> list[Any]:
    """What a model was asked, call by call; without the ids of messages, which are drawn anew each time."""
    asked = [
        [
            [[each["role"], each["content"]] for each in request.messages],
            [spec["name"] for spec in request.tool_specs],
            request.system_prompt,
        ]
        for request in model.requests
    ]
    return json.loads(without_ids(json.dumps(asked)))


def without_ids(text: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "ID", text)


@pytest.mark.parametrize("name", wf.CONVERSATIONS)
async def test_as_outside(env: Env, name: str) -> None:
    models = {side: (Small(answers), Small(summary)) for side in ("outside", "inside")}
    main, aux = models["outside"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        make = partial(Agent, main, aux_model=aux, tools=[wf.look], callback_handler=None)
        expected = await wf.CONVERSATIONS[name](make)
    main, aux = models["inside"]
    env.plugin = StrandsPlugin(models={"scripted": lambda: main, "aux": lambda: aux})
    async with env.worker(wf.Managed):
        handle = await env.start(wf.Managed.run, name)
        result = await env.result(handle)
    for inside, outside in zip(models["inside"], models["outside"], strict=True):
        assert seen(inside) == seen(outside)
    assert without_ids(json.dumps(result)) == without_ids(json.dumps(expected))
    assert '"status": "error"' not in json.dumps(result)
    assert not timers(await handle.fetch_history())
    if "summarizing" in name or name in ("strategies", "agentic"):
        assert seen(aux) or "agent" in name


@pytest.mark.uncached
async def test_what_is_put_away_is_in_a_storage_of_the_worker(env: Env, tmp_path: Path) -> None:
    """The model gets it back; a replay neither writes nor reads."""

    def script(request: ScriptedRequest) -> Step:
        if not request.tool_results:
            return ToolCall("look", {"what": "it", "size": 100}, id="first")
        if "[ref:" in request.tool_result():
            return ToolCall("retrieve_context", {"reference": "first_0"}, id="second")
        return request.tool_result()[-8:]

    env.plugin = StrandsPlugin(
        models={"scripted": lambda: Small(script)}, storages={"storage": lambda: LocalFileStorage(str(tmp_path))}
    )
    async with env.worker(wf.Stashed):
        handle = await env.start(wf.Stashed.run)
        assert "98 99" in await env.result(handle)
    names = scheduled_activities(await handle.fetch_history())
    assert "strands-storage-write" in names and "strands-storage-read" in names
    files = await asyncio.to_thread(lambda: {path.name: path.stat().st_mtime_ns for path in tmp_path.rglob("*")})
    assert "first_0" in files
    await env.replay(await handle.fetch_history())
    assert files == await asyncio.to_thread(
        lambda: {path.name: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    )
