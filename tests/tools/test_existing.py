"""Existing tools as activities: the model sees what it would see outside, and each runs where activities run."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from strands import Agent
from strands.types.tools import AgentTool
from strands_tools import calculator, current_time, environment, file_read
from temporalio import activity
from temporalio.client import WorkflowFailureError, WorkflowHistory
from temporalio.plugin import SimplePlugin
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from strands_temporal import StrandsPlugin
from strands_temporal._errors import InvalidOptionError
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import tool_as_activity

from ..env import LIMIT, Env, EventType, of_type, scheduled_activities, texts, timers
from ..suite.processes import worker_process
from ..suite.replays import Recording
from . import existing, module_tool
from . import existing_workflows as wf

TOOLS: list[Any] = [existing.EVERY, module_tool, existing.Shop("on the worker").stock, existing.Written()]
TOOLS += [environment, current_time]


async def results(
    env: Env, *calls: ToolCall, workflow: Any = wf.UsesExisting, arguments: Any = ({"user": "Ann"},)
) -> tuple[list[Any], ScriptedModel]:
    """The tool results that the model saw; each call was an activity of the tool's name."""
    model = env.model([list(calls), "done"], tools=TOOLS)
    async with env.worker(workflow):
        handle = await env.start(workflow.run, *arguments)
        assert await env.result(handle) == "done"
    history = await handle.fetch_history()
    assert [each for each in scheduled_activities(history) if each != "invoke_model"] == [call.name for call in calls]
    assert not timers(history)
    return model.requests[-1].tool_results, model


def outside(tool: AgentTool, call: ToolCall) -> Any:
    """What a model sees of the same call without Temporal."""
    model = ScriptedModel([call, "done"])
    Agent(model, tools=[tool], callback_handler=None)("go", invocation_state={"user": "Ann"})
    return model.requests[-1].tool_results[0], model.requests[0].tool_specs[0]


@pytest.mark.parametrize(
    ("tool", "call"),
    [
        (existing.sync_where, ToolCall("sync_where", {"text": "a"})),
        (existing.async_where, ToolCall("renamed", {"text": "a"})),
        (existing.in_steps, ToolCall("in_steps", {"number": 3})),
        (existing.draw, ToolCall("draw", {"kind": "image"})),
        (existing.draw, ToolCall("draw", {"kind": "error"})),
        (existing.fails, ToolCall("fails", {"kind": "value"})),
        (existing.fails, ToolCall("fails", {"kind": "wrong"})),
        (existing.fails, ToolCall("fails", {})),
        (existing.sync_where, ToolCall("sync_where", {"text": ["no text"]})),
        (existing.Shop("on the worker").stock, ToolCall("stock", {"at": {"x": 3}})),
        (existing.Written(), ToolCall("written")),
        (existing.Written(), ToolCall("written", {"bad": True})),
        (module_tool, ToolCall("module_tool", {"text": "x"})),
        (environment, ToolCall("environment", {"action": "get", "name": "GREETING"})),
    ],
)
async def test_the_model_sees_what_it_sees_outside(
    env: Env, tool: Any, call: ToolCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREETING", "hello from the worker")
    (seen,), model = await results(env, call)
    expected, spec = outside(tool, call)
    (ours,) = [each for each in model.requests[0].tool_specs if each["name"] == call.name]
    assert ours == spec

    def here(value: Any) -> str:
        return repr(value).replace("in elsewhere", "in activity").replace('"elsewhere"', '"activity"')

    assert here(seen) == here(expected)


async def test_tools_run_in_activities_with_the_users_state(env: Env) -> None:
    seen, _ = await results(
        env, ToolCall("sync_where", {"text": "a"}), ToolCall("with_context", {"question": "who"}), ToolCall("written")
    )
    assert texts(seen) == [
        "a a in activity",
        "who with_context {'question': 'who'} {'user': 'Ann'}",
        "class in activity",
    ]


async def test_transient_errors_are_retried(env: Env) -> None:
    (seen,), _ = await results(env, ToolCall("fails", {"kind": "transient"}))
    assert texts([seen]) == ["worked at attempt 3"] and seen["status"] == "success"


async def test_other_errors_are_retried_by_a_policy_of_the_users(env: Env) -> None:
    (seen,), _ = await results(env, ToolCall("fails", {"kind": "wrong"}), workflow=wf.Retries, arguments=())
    assert texts([seen]) == ["Error: Wrong - wrong is bad"] and seen["status"] == "error"
    assert [times for key, times in existing.ATTEMPTS.items() if key.endswith(":wrong")][-1] == 3


async def test_names_of_the_workers_tools(env: Env) -> None:
    model = env.model([ToolCall("sync_where", {"text": "b"}), "done"], tools=TOOLS)
    async with env.worker(wf.UsesNames):
        assert await env.execute(wf.UsesNames.run, ["sync_where", "environment"]) == "done"
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.UsesNames.run, ["sync_wher"])
    assert "no tool of that name (it has asks, current_time, draw" in str(failure.value.cause)
    assert texts(model.requests[-1].tool_results) == ["b b in activity"]
    assert [each["name"] for each in model.requests[0].tool_specs] == ["sync_where", "environment"]
    assert model.requests[0].tool_specs[0] == existing.sync_where.tool_spec
    env.plugin = StrandsPlugin()  # a Replayer needs no tools, but for what comes after a cut
    env.cuts_replays = False


async def test_a_replayer_has_the_tools_that_workflows_name(env: Env) -> None:
    """The last task of a workflow that still runs is no replay, so the plugin of a Replayer needs its tools."""
    env.model([ToolCall("sync_where", {"text": "b"}), "done"], tools=TOOLS)
    async with env.worker(wf.UsesNames):
        handle = await env.start(wf.UsesNames.run, ["sync_where"])
        assert await env.result(handle) == "done"
    begins = WorkflowHistory(handle.id, (await handle.fetch_history()).events[:3])
    assert begins.events[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
    runs_on = Recording(UnsandboxedWorkflowRunner())
    for plugin in (env.plugin, StrandsPlugin()):
        noting = SimplePlugin("notes", workflow_runner=lambda _: runs_on)
        await Replayer(workflows=[wf.UsesNames], plugins=[plugin, noting]).replay_workflow(begins)
        given = [(each.kind, each.name) for each in runs_on.given]
        assert given == (
            [("activity", "invoke_model")]
            if plugin is env.plugin
            else [("failure", "application_failure_info InvalidOptionError")]
        )


@pytest.mark.parametrize("tool", ["asks", "raises_interrupt"])
async def test_interrupts_stop_the_agent_and_answers_reach_the_tool(env: Env, tool: str) -> None:
    def script(request: ScriptedRequest) -> Step:
        return request.tool_result() if request.turn else ToolCall(tool, {"path": "/a"})

    env.model(script, tools=TOOLS)
    async with env.worker(wf.Resumes):
        handle = await env.start(wf.Resumes.run, "yes")
        seen = await env.result(handle)
    if tool == "asks":
        assert seen == [["delete", "{'path': '/a'}"], "yes for /a in activity"]
    else:  # it does not look for an answer
        assert seen[:3] == [["raised", "{'raw': b'\\xff'}"]] * 3
    assert not of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED)


async def test_what_a_tool_wants_of_the_agent_at_run_time_is_named(env: Env) -> None:
    (seen,), _ = await results(env, ToolCall("secretly_wants_the_agent"))
    assert seen["status"] == "error"
    assert "uses agent.name, and runs in an activity, where the agent is not" in texts([seen])[0]


async def test_direct_calls(env: Env) -> None:
    env.model([], tools=TOOLS)
    async with env.worker(wf.CallsDirectly):
        handle = await env.start(wf.CallsDirectly.run)
        assert await env.result(handle) == ["success", [{"text": "hi in activity"}], 4]
    assert scheduled_activities(await handle.fetch_history()) == ["sync_where"]


async def test_a_tool_that_no_worker_has(env: Env, caplog: pytest.LogCaptureFixture) -> None:
    model = env.model([ToolCall("sync_where", {"text": "a"}), "done"], tools=[existing.draw])
    async with env.worker(wf.UsesExisting):
        assert await env.execute(wf.UsesExisting.run, {}) == "done"
    (seen,) = model.requests[-1].tool_results
    assert seen["status"] == "error" and "StrandsPlugin(tools=[...])" in texts([seen])[0]
    assert "'sync_where' is not registered" in texts([seen])[0]
    assert any("'sync_where' is not registered" in each.getMessage() for each in caplog.records)


async def test_cancelling_the_workflow_tells_the_tool(env: Env) -> None:
    env.model([ToolCall("long_and_sync"), "not reached"], tools=[existing.long_and_sync])
    async with env.worker(wf.CancelsExisting):
        key = f"{env.task_queue}"
        handle = await env.start(wf.CancelsExisting.run, {"key": key})
        assert await asyncio.to_thread(existing.RUNNING.setdefault(key, threading.Event()).wait, LIMIT)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await env.result(handle)
        assert await asyncio.to_thread(existing.STOPPED.setdefault(key, threading.Event()).wait, LIMIT)
    assert of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED)


async def test_a_killed_workers_tool_is_run_by_another(env: Env, tmp_path: Path) -> None:
    log, gate = tmp_path / "log", tmp_path / "gate"
    env.replays(wf.SurvivesKill)
    async with worker_process(env, "tests.tools.existing_worker") as victim:
        handle = await env.start(wf.SurvivesKill.run, {"log": str(log), "gate": str(gate)})
        while not log.exists():
            await asyncio.sleep(0.02)
        os.kill(victim.pid, signal.SIGKILL)
        await victim.wait()
    gate.touch()
    async with worker_process(env, "tests.tools.existing_worker") as other:
        assert await env.result(handle) == "through the gate"
    assert log.read_text().split() == [str(victim.pid), str(other.pid)]
    assert not timers(await handle.fetch_history())
    env.plugin = StrandsPlugin(tools=TOOLS)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("agent", "is an agent, whose calls are recorded steps already"),
        ("two of one name", "two tools of one name: draw"),
        ("option", "start_to_close_timeout=timedelta(seconds=60)"),
        ("context.agent", "'wants_the_agent' uses tool_context.agent, and the agent stays in the workflow"),
        ("agent parameter", "'has_agent' has a parameter 'agent'"),
        ("vended notebook", "Pass the tool to the agent as it is"),
        ("vended shell", "uses tool_context.agent"),
        ("function", "Add @tool to the function"),
        ("unknown name", "no tool of that name"),
        ("several", "Write tools_as_activities([...]) for all of them"),
        ("batch", "calls the agent's other tools"),
        ("handoff", "Use strands.vended_tools.handoff_to_user"),
        ("activity", "runs as an activity already"),
    ],
)
async def test_what_is_refused_in_the_workflow(env: Env, kind: str, words: str) -> None:
    env.model([])
    assert words in await env.run(wf.MakesTools, kind)


def test_what_the_plugin_refuses() -> None:
    @activity.defn(name="draw")
    async def other() -> None: ...

    for tools, words in [
        (existing.draw, "takes a list of tools"),
        ([existing.draw, [existing.draw, activity]], "no tool could be loaded from <module 'temporalio.activity'"),
        ([existing.name_of], "Add @tool"),
        ([3], "not 3"),
        (["no.such.module"], "no tool could be loaded from 'no.such.module'"),
        ([existing.Shop("a").stock, existing.Shop("b").stock], "two tools named 'stock'"),
        ([existing.wants_the_agent], "uses tool_context.agent"),
        ([tool_as_activity(existing.draw)], "runs as an activity already"),
        ([Agent(ScriptedModel([]))], "is an agent"),
    ]:
        with pytest.raises(InvalidOptionError) as error:
            StrandsPlugin(tools=tools)  # type: ignore[arg-type]
        assert words in str(error.value) and "StrandsPlugin(tools=[...])" in str(error.value)
    assert StrandsPlugin(tools=["strands_tools.calculator", [calculator], file_read])


async def test_an_activity_of_the_tools_name_is_refused(env: Env) -> None:
    @activity.defn(name="draw")
    async def other() -> None: ...

    env.model([], tools=TOOLS)
    with pytest.raises(ValueError, match="has the tool 'draw', and the worker has an activity of that name"):
        async with env.worker(wf.UsesExisting, activities=[other]):
            raise AssertionError("the worker ran")


@pytest.mark.uncached
async def test_plugins_on_client_and_worker_add_up(env: Env) -> None:
    model = env.model([[ToolCall("sync_where", {"text": "a"}), ToolCall("draw", {"kind": "error"})], "done"])
    first = StrandsPlugin(tools=[existing.sync_where, existing.in_steps])
    second = StrandsPlugin(models={"scripted": lambda: model}, tools=[existing.draw, existing.in_steps])
    async with env.worker(wf.UsesNames, plugins=[first, second]):
        assert await env.execute(wf.UsesNames.run, ["sync_where", "draw"]) == "done"
    assert texts(model.requests[-1].tool_results) == ["a a in activity", "no paper"]
    env.plugin = StrandsPlugin(tools=[existing.sync_where, existing.draw])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("file_read", "'file_read' of strands_tools.file_read runs in the workflow"),
        ("http_request", "tool_as_activity('http_request')"),
        ("shell", "TemporalAgent(sandbox=TemporalSandbox('NAME'))"),
        ("calculator", ""),
    ],
)
async def test_tools_that_do_io_in_the_workflow_are_warned_of(
    env: Env, caplog: pytest.LogCaptureFixture, kind: str, words: str
) -> None:
    env.model(["done"])
    with caplog.at_level(logging.WARNING, "strands_temporal"):
        assert await env.run(wf.RunsInWorkflow, kind) == "done"
    warned = [each.getMessage() for each in caplog.records if each.name == "strands_temporal"]
    assert len(warned) == (1 if words else 0) and all(words in each for each in warned), warned


async def test_a_tool_that_asks_at_the_terminal_is_refused(env: Env) -> None:
    env.model([])
    assert "Use strands.vended_tools.handoff_to_user" in await env.run(wf.RunsInWorkflow, "handoff")
