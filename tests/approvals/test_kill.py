"""SIGKILL while calls wait, after some answers, and in the middle of an approved call: nothing is lost or skipped."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from strands_temporal.testing import ScriptedModel

from ..env import Env, texts
from ..mcp.mcp_workflows import Approved
from ..suite.processes import worker_process
from .approvals_workflows import InterventionWorkflow
from .asking import pending, respond, seen
from .interrupt_workflows import Driven
from .interrupts_process import KINDS, script
from .test_interrupts import DELETED, answer
from .worker_process import SCRIPT, KilledWorkflow

pytestmark = pytest.mark.timing

WORKER = "tests.approvals.worker_process"


def lines(folder: Path) -> list[str]:
    log = folder / "log"
    return sorted(log.read_text().splitlines()) if log.exists() else []


async def test_resume_after_kills(env: Env, tmp_path: Path) -> None:
    env.replays(KilledWorkflow)
    async with worker_process(env, WORKER, tmp_path / "log", tmp_path / "asked"):
        handle = await env.start(KilledWorkflow.run)
        first = {str(each.tool_input["path"]): each for each in await pending(handle, 3)}
    assert lines(tmp_path) == ["ask /c"]
    async with worker_process(env, WORKER, tmp_path / "log", tmp_path / "asked"):
        assert {each.id for each in await pending(handle, 3)} == {each.id for each in first.values()}
        await respond(handle, first["/a"].approve())
        await respond(handle, first["/b"].deny("keep /b"))
    assert lines(tmp_path) == ["ask /c"]
    async with worker_process(env, WORKER, tmp_path / "log", tmp_path / "asked"):
        assert [each.id for each in await pending(handle)] == ["ask:/c"]
        await respond(handle, first["/c"].deny())
        for _ in range(500):
            if "delete /a" in lines(tmp_path):
                break
            await asyncio.sleep(0.01)
    # The third was killed in the middle of the approved call, so that is tried again.
    async with worker_process(env, WORKER, tmp_path / "log", tmp_path / "asked"):
        assert await env.result(handle) == "done"
    assert lines(tmp_path) == ["ask /c", "delete /a", "delete /a"]
    results = ["The call was denied.", "The call was denied: keep /b", "deleted /a"]
    assert sorted(seen(ScriptedModel(SCRIPT, record=tmp_path / "asked"))) == results


async def test_every_kind_of_interrupt_waits_through_kills(env: Env, tmp_path: Path) -> None:
    """Of hooks and tools, all in one message, of Strands' interventions, and before a call of an MCP server."""
    env.replays(Driven, InterventionWorkflow, Approved)
    asked = tmp_path / "asked"
    worker = "tests.approvals.interrupts_process"
    async with worker_process(env, worker, asked):
        driven = await env.start(Driven.run)
        others = [await env.start(InterventionWorkflow.run), await env.start(Approved.run, "go")]
        ids = await driven.execute_update(Driven.stopped)
        assert len(ids) == len(KINDS)
        questions = [(await pending(each))[0] for each in others]
    async with worker_process(env, worker, asked):
        assert await driven.execute_update(Driven.stopped) == ids
        assert sorted(await driven.execute_update(Driven.resume, [answer(ids[2]), answer(ids[0])])) == [ids[1], ids[3]]
        assert [(await pending(each))[0] for each in others] == questions
    async with worker_process(env, worker, asked):
        assert await driven.execute_update(Driven.resume, [answer(ids[3]), answer(ids[1])]) == "ended: done"
        await respond(others[0], questions[0].approve("y"))
        await respond(others[1], questions[1].approve())
        assert [await env.result(each) for each in others] == ["done", "done"]
        ran = await env.result(driven)
    # A tool that asks by its context begins anew for its answer; what a kill interrupted does not show.
    assert sorted(ran) == sorted(["by_hook", *["by_context asks"] * 2, "by_context", *["by_raising"] * 2, "by_mcp"])
    told = [
        sorted(texts(request.tool_results)) for request in ScriptedModel(script, record=asked).requests if request.turn
    ]
    assert sorted(told) == sorted([sorted(DELETED[kind] for kind in KINDS), ["deleted /h"], ["echo: hi"]])
