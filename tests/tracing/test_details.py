"""A workflow's current details: its agents in Markdown, made when someone looks, with nothing of what is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.worker import Replayer

from strands_temporal._details import LENGTH
from strands_temporal.testing import Fail

from ..env import Env, EventType, of_type
from . import tracing_workflows as wf

OWN = "The user's own *words*."


async def details(handle: Any) -> str:
    """What the Web UI shows."""
    metadata = await handle.query("__temporal_workflow_metadata")
    return metadata["currentDetails"] if isinstance(metadata, dict) else metadata.current_details


async def test_details_show_what_each_agent_does(env: Env, tmp_path: Path) -> None:
    env.model(wf.waits_script)
    path = tmp_path / "file"
    async with env.worker(wf.Waits, activities=[wf.wait_for_file]):
        handle = await env.start(wf.Waits.run, str(path))
        await wf.begun(path, 1)
        own, second, first = (await details(handle)).split("\n\n")
        assert own == OWN
        lines = second.splitlines()
        assert lines[0] == "**sec\\|ond** with model `scripted`: runs tools: `wait_for_file`"
        assert lines[1].startswith("- turn 1, tokens so far: ") and lines[1].endswith(" out")
        assert len(lines) == 2
        lines = first.splitlines()
        assert lines[0] == "**first** with model `scripted`: idle"
        assert lines[1].startswith("- turn 1, tokens so far: ")
        assert lines[2] == "- last stop reason: `end_turn`"
        path.touch()
        await env.result(handle)
    async with env.worker(wf.Waits, activities=[wf.wait_for_file]):  # the agents are gone with the first worker
        ended = await details(handle)
    assert "**sec\\|ond** with model `scripted`: idle\n- turn 2, tokens" in ended
    history = await handle.fetch_history()
    assert not of_type(history, EventType.EVENT_TYPE_TIMER_STARTED, EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED)
    assert str(tmp_path) not in ended


async def test_details_can_be_switched_off(env: Env, tmp_path: Path) -> None:
    env.model(wf.waits_script, details=False)
    (tmp_path / "file").touch()
    async with env.worker(wf.Waits, activities=[wf.wait_for_file]):
        handle = await env.start(wf.Waits.run, str(tmp_path / "file"))
        await env.result(handle)
        assert await details(handle) == OWN


async def test_details_tell_the_kind_of_an_error_and_nothing_of_it(env: Env) -> None:
    env.model([Fail(ConnectionError("provider down"))])
    async with env.worker(wf.Fails):
        handle = await env.start(wf.Fails.run, "model")
        with pytest.raises(WorkflowFailureError):
            await env.result(handle)
        shown = await details(handle)
    assert shown.startswith("**tracer** with model `scripted`: idle\n- turn 1, tokens so far: 0 in, 0 out\n")
    assert shown.endswith("`ModelError`") and "provider" not in shown


@pytest.mark.uncached
async def test_details_are_bounded(env: Env) -> None:
    env.model(lambda request: "hi")
    async with env.worker(wf.Many):
        few = await env.start(wf.Many.run, 1)
        many = await env.start(wf.Many.run, 12)
        await env.result(few)
        await env.result(many)
        shown = await details(few)
        assert r"**\*odd\* \# name \`x\`yyy" in shown and "…**" in shown
        shown = await details(many)
    assert shown.count("**agent ") == 10 and shown.endswith("\n\nand 3 more")
    assert len(shown) <= LENGTH
    history = await many.fetch_history()
    await Replayer(workflows=[wf.Many], plugins=[env.plugin]).replay_workflow(history)
