"""One trace over workflow, agent, model and tools: every span once, with its parent, whatever happens to the worker."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.opentelemetry import OpenTelemetryPlugin
from temporalio.worker import Replayer

from strands_temporal.testing import Fail, ScriptedRequest, Step, ToolCall

from ..env import Env
from ..mcp.clients import stdio
from ..mcp.mcp_workflows import UsesEcho
from . import tracing_workflows as wf
from .conftest import Exported
from .recorded import Span, tree

MODEL_CALL = ["StartActivity:invoke_model", ["RunActivity:invoke_model"]]
INVOCATION = [
    "invoke_agent tracer OK",
    ["execute_event_loop_cycle OK", ["chat OK", MODEL_CALL]],
    [
        "execute_event_loop_cycle OK",
        ["chat OK", MODEL_CALL],
        ["execute_tool add OK"],
        ["execute_tool fail ERROR"],
        ["execute_tool tell OK", ["StartActivity:tell", ["RunActivity:tell", ["in the activity"]]]],
    ],
]
TRACE = [["StartWorkflow:Traced", ["RunWorkflow:Traced", INVOCATION, INVOCATION]]]


def by_name(spans: list[Span], name: str) -> list[Span]:
    return [span for span in spans if span.name == name]


async def test_one_trace(traced: Env, exported: Exported, caplog: pytest.LogCaptureFixture) -> None:
    model = traced.model(wf.traced_script)
    async with traced.worker(wf.Traced, activities=[wf.tell]):
        handle = await traced.start(wf.Traced.run)
        await traced.result(handle)
    gc.collect()
    spans = exported.take()
    assert tree(spans) == TRACE
    assert len(model.requests) == 4
    (agent, _) = by_name(spans, "invoke_agent tracer")
    assert agent.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert agent.attributes["gen_ai.system"] == "strands-agents"
    assert agent.attributes["gen_ai.agent.name"] == "tracer"
    assert agent.attributes["gen_ai.agent.tools"] == '["add", "fail", "tell"]'
    assert agent.attributes["team"] == "a"
    chats = by_name(spans, "chat")
    assert all(chat.attributes["gen_ai.usage.input_tokens"] > 0 for chat in chats)
    assert sum(chat.attributes["gen_ai.usage.total_tokens"] for chat in chats) > 0
    (failed, _) = by_name(spans, "execute_tool fail")
    assert failed.attributes["gen_ai.tool.name"] == "fail"
    assert failed.attributes["gen_ai.tool.status"] == "error"
    assert not [line for line in caplog.messages if "detach" in line]

    history = await handle.fetch_history()
    replayer = Replayer(workflows=[wf.Traced], plugins=[traced.plugin, OpenTelemetryPlugin(add_temporal_spans=True)])
    await replayer.replay_workflow(history)
    gc.collect()
    assert exported.take() == []


async def test_calls_of_mcp_servers(traced: Env, exported: Exported) -> None:
    """Listing and call are in the one trace, and what the server is asked hangs below the call."""
    traced.model([ToolCall("echo", {"text": "a"}), "done"], mcp_clients={"echo": stdio("echo")})
    async with traced.worker(UsesEcho):
        handle = await traced.start(UsesEcho.run, "go")
        await traced.result(handle)
    gc.collect()
    spans = exported.take()
    names = [span.name for span in spans]
    (run,) = by_name(spans, "RunWorkflow:UsesEcho")
    assert len([span for span in spans if span.trace == run.trace and "echo-" in span.name]) == 4
    (tool,), (started,) = by_name(spans, "execute_tool echo"), by_name(spans, "StartActivity:echo-call-tool")
    (ran,) = by_name(spans, "RunActivity:echo-call-tool")
    assert started.parent == tool.id and ran.parent == started.id
    assert names.count("StartActivity:echo-list-tools") == names.count("RunActivity:echo-list-tools") == 1
    # mcp 2 makes spans of its own for what it sends.
    sent = [span for span in by_name(spans, "MCP send tools/call echo") if span.trace == run.trace]
    assert all(span.parent == ran.id for span in sent)


@pytest.mark.uncached
async def test_the_pages_code(env: Env, exported: Exported, server_address: str) -> None:
    """The plugin as the page has it makes no spans of Temporal's; what activities make hangs below the agent's."""
    env.client = await Client.connect(server_address, plugins=[OpenTelemetryPlugin()])

    def script(request: ScriptedRequest) -> Step:
        with trace.get_tracer("provider").start_as_current_span("the provider's request"):
            return wf.traced_script(request)

    env.model(script)
    async with env.worker(wf.Traced, activities=[wf.tell]):
        with trace.get_tracer("caller").start_as_current_span("the caller"):
            await env.execute(wf.Traced.run)
    call = ["chat OK", ["the provider's request"]]
    invocation = [
        "invoke_agent tracer OK",
        ["execute_event_loop_cycle OK", call],
        [
            "execute_event_loop_cycle OK",
            call,
            ["execute_tool add OK"],
            ["execute_tool fail ERROR"],
            ["execute_tool tell OK", ["in the activity"]],
        ],
    ]
    assert tree(exported.take()) == [["the caller", invocation, invocation]]


@pytest.mark.parametrize("how", ["model", "hook"])
async def test_spans_of_a_failure_end(traced: Env, exported: Exported, how: str) -> None:
    traced.model([Fail(ConnectionError("provider down"))])
    with pytest.raises(WorkflowFailureError):
        await traced.run(wf.Fails, how)
    # RunActivity shows the error as it is raised; StartActivity the one that the workflow gets.
    call: Any = ["StartActivity:invoke_model", ["RunActivity:invoke_model ERROR"]]
    asked = (
        [["chat ERROR", call]] if how == "model" else [["StartActivity:describe_model", ["RunActivity:describe_model"]]]
    )
    agent = ["invoke_agent tracer ERROR", ["execute_event_loop_cycle ERROR", *asked]]
    spans = exported.take()
    assert tree(spans) == [["StartWorkflow:Fails", ["RunWorkflow:Fails ERROR", agent]]]


FAILED_AGENT = [
    "invoke_agent tracer ERROR",
    ["execute_event_loop_cycle ERROR", ["StartActivity:describe_model", ["RunActivity:describe_model"]]],
]
CALLS_AGENT = [
    "invoke_agent outer OK",
    ["execute_event_loop_cycle OK", ["chat OK", MODEL_CALL]],
    ["execute_event_loop_cycle OK", ["chat OK", MODEL_CALL], ["execute_tool tracer ERROR", FAILED_AGENT]],
]


@pytest.mark.parametrize(
    ("how", "words", "inside"),
    [
        ("no prompt", "No conversation history or prompt provided", ["execute_structured_output ERROR"]),
        ("structured output", "the hook is broken", ["execute_structured_output ERROR", MODEL_CALL]),
        ("own", "the hook is broken", ["the user's ERROR", FAILED_AGENT]),
        ("graph", "the hook is broken", ["invoke_graph ERROR", FAILED_AGENT]),
        ("swarm", "failed", ["invoke_swarm", FAILED_AGENT]),  # it catches the error, and so does the tool of an agent
        ("sub-agent", "Agent error: the hook is broken", CALLS_AGENT),
    ],
)
async def test_spans_around_an_exception_end(
    traced: Env, exported: Exported, how: str, words: str, inside: list[Any]
) -> None:
    """Of any kind: one that is none of Temporal's would fail the workflow's task, and its spans never end."""

    def script(request: ScriptedRequest) -> Step:
        if request.tool_results:
            return request.tool_result()
        return ToolCall("tracer" if how == "sub-agent" else "Answer", {"input": "go", "text": "x"})

    traced.model(script)
    with pytest.raises(WorkflowFailureError) as failure:
        await traced.run(wf.FailsInside, how)
    assert words in str(failure.value.cause)
    assert tree(exported.take()) == [["StartWorkflow:FailsInside", ["RunWorkflow:FailsInside ERROR", inside]]]


@pytest.mark.parametrize("strands_first", [True, False])
async def test_the_order_of_the_plugins_does_not_matter(
    env: Env, exported: Exported, server_address: str, strands_first: bool
) -> None:
    """Also with both on the client, the workflow's span sees the failure that an agent's error becomes."""
    env.model(lambda request: "never asked")
    plugins: list[Any] = [env.plugin, OpenTelemetryPlugin(add_temporal_spans=True)]
    env.client = await Client.connect(server_address, plugins=plugins if strands_first else plugins[::-1])
    async with env.worker(wf.Fails, plugins=[]):
        with pytest.raises(WorkflowFailureError):
            await env.execute(wf.Fails.run, "hook")
    described = ["StartActivity:describe_model", ["RunActivity:describe_model"]]
    agent = ["invoke_agent tracer ERROR", ["execute_event_loop_cycle ERROR", described]]
    assert tree(exported.take()) == [["StartWorkflow:Fails", ["RunWorkflow:Fails ERROR", agent]]]


async def test_a_worker_that_stops_leaves_no_half_span(
    traced: Env, exported: Exported, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The workflow is evicted in the middle of a tool, and goes on with another worker."""
    traced.model(wf.waits_script)
    path = tmp_path / "file"
    async with traced.worker(wf.Waits, activities=[wf.wait_for_file]):
        handle = await traced.start(wf.Waits.run, str(path))
        await wf.begun(path, 1)
    gc.collect()
    before = exported.take()
    open_spans = {"RunWorkflow:Waits", "invoke_agent sec|ond", "execute_tool wait_for_file"}
    assert not open_spans & {span.name for span in before}
    path.touch()
    async with traced.worker(wf.Waits, activities=[wf.wait_for_file]):
        assert await traced.result(handle) == "there"
    gc.collect()
    assert tree(before + exported.take()) == waits(attempts=2)  # the worker that stopped has cancelled the first
    assert not [line for line in caplog.messages if "detach" in line]


def waits(attempts: int) -> Any:
    """The trace of the workflow that waits."""
    tool = ["StartActivity:wait_for_file", *[["RunActivity:wait_for_file"]] * attempts]
    cycle = ["execute_event_loop_cycle OK", ["chat OK", MODEL_CALL]]
    agents = [
        ["invoke_agent first OK", cycle],
        ["invoke_agent sec|ond OK", cycle, [*cycle, ["execute_tool wait_for_file OK", tool]]],
    ]
    return [["StartWorkflow:Waits", ["RunWorkflow:Waits", *agents]]]
