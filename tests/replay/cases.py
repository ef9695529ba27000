"""The workflows whose histories are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from samples.activity_interrupt import run_worker as activity_interrupt
from samples.approvals import run_worker as approvals
from samples.continue_as_new import run_worker as continue_as_new
from samples.continue_as_new.workflow import ChatInput, ChatWorkflow
from samples.hello_world import run_worker as hello_world
from samples.hooks import run_worker as hooks
from samples.human_in_the_loop import run_worker as human_in_the_loop
from samples.mcp import run_worker as mcp
from samples.multi_model import run_worker as multi_model
from samples.streaming import run_worker as streaming
from samples.structured_output import run_worker as structured_output
from samples.tools import run_worker as tools
from samples.tracing import run_worker as tracing
from strands.storage import InMemoryStorage

from strands_temporal import execute_turn
from strands_temporal.testing import Reply, Script, ScriptedModel, ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import PendingApproval

from ..approvals import partial_workflow as partial
from ..context import plugin_workflows
from ..context.test_plugins import answers as offloader_script
from ..env import texts
from ..hooks import event_workflows
from ..long import limit_workflows, long_workflows
from ..mcp import asking_workflows, mcp_workflows
from ..mcp.clients import stdio
from ..migration.samples import box
from ..model import test_handover
from ..multiagent import child_workflows
from ..multiagent.child_worker import asking
from ..runtime import sync_workflows
from ..sandbox import sandbox_workflows
from ..stores import memory_workflows, session_workflows
from ..stores.kept import OwnRepository
from ..stores.test_memory import Notes
from ..stores.test_sessions import answers as session_script
from ..structured import result_workflows
from ..tools import existing, existing_workflows, remote_workflows, tool_workflows

NEXUS_ENDPOINT = "record-nexus"


@dataclass(frozen=True)
class Case:
    """One workflow, the arguments of its run, what it needs on its worker, and since which version it is kept."""

    workflow: type
    script: Script
    arguments: Sequence[Any] = ("go",)
    activities: Sequence[Callable[..., Any]] = ()
    model_name: str = "scripted"
    since: str = "0.1.0"
    drive: Callable[[Any], Awaitable[None]] | None = None
    """What a client does while it runs, given its handle."""
    plugin_options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    others: Sequence[type] = ()
    """Further workflows of its worker."""
    nexus_handlers: Sequence[Any] = ()
    """Handlers of Nexus services of its worker, which the endpoint `NEXUS_ENDPOINT` is then for."""
    asks_for_all: bool = False
    """Whether its worker remembers no requests, and may ask for all of them at once."""


def sync_script(request: ScriptedRequest) -> Step:
    if request.system_prompt == "researcher":
        return f"found {request.text}"
    if request.turn == 0:
        return [
            ToolCall("research", {"question": "a"}),
            ToolCall("research", {"question": "b"}),
            ToolCall("shout", {"text": "c"}),
        ]
    return " | ".join(texts(request.tool_results))


def interrupt_script(request: ScriptedRequest) -> Step:
    return request.tool_result() if request.turn else ToolCall("delete_file", {"path": "/a"})


def partial_script(request: ScriptedRequest) -> Step:
    return "done" if request.turn else [ToolCall("asks_once", {"path": path}) for path in ("/a", "/b")]


def bytes_script(request: ScriptedRequest) -> Step:
    return "done" if request.turn else ToolCall("picture", {"kind": "image"})


def existing_script(request: ScriptedRequest) -> Step:
    if request.turn:
        return "done"
    return [
        ToolCall("sync_where", {"text": "a"}),
        ToolCall("draw", {"kind": "image"}),
        ToolCall("fails", {"kind": "wrong"}),
    ]


def local_script(request: ScriptedRequest) -> Step:
    if request.turn:
        return "done"
    kinds = [ToolCall("sometimes", {"kind": kind}) for kind in ("asks", "final", "other")]
    return [ToolCall("quick", {"text": "a"}), *kinds, ToolCall("unregistered")]


def child_script(request: ScriptedRequest) -> Step:
    if request.turn:
        return "done"
    return [ToolCall("Buy", {"order": {"item": item}}) for item in ("pen", "nothing")]


def nexus_script(request: ScriptedRequest) -> Step:
    if request.turn:
        return "done"
    prices = [ToolCall("price", {"item": item}) for item in ("pen", "nothing")]
    return [*prices, ToolCall("greet", {"input": "Ann"}), ToolCall("buy_it", {"item": "pen"})]


def hook_script(request: ScriptedRequest) -> Step:
    return request.tool_result() if request.turn else ToolCall("count_letters", {"word": "abc"})


def verdict_script(request: ScriptedRequest) -> Step:
    if request.turn:
        return ToolCall("Verdict", {"guilty": False, "reasons": ["no proof"]})
    return [{"reasoningContent": {"redactedContent": b"\xff"}}, ToolCall("look", {"at": "the door"})]


def sandbox_script(request: ScriptedRequest) -> Step:
    if request.turn:
        return "done"
    return [ToolCall("shell", {"command": "echo out; exit 3"}), ToolCall("python_repl", {"code": "print(6 * 7)"})]


IN_A_SANDBOX = [
    ("execute", {"command": "echo $A; exit 3", "env": {"A": "b"}}),
    ("execute", {"command": "echo so far; sleep 9", "timeout": 0.5}),
    ("execute_code", {"code": "print(6 * 7)", "language": "python3"}),
    ("write_file", {"path": "x", "content": "/w=="}),
    ("write_file", {"path": "x", "content": "eHh4" * 3_000}),
    ("read_file", {"path": "note.txt"}),
    ("read_file", {"path": "none"}),
    ("list_files", {"path": "."}),
    ("remove_file", {"path": "note.txt"}),
]


async def approve_by_signal(handle: Any) -> None:
    while await handle.query("pending_approval") is None:
        await asyncio.sleep(0.05)
    await handle.signal("approve", "approve")


async def approve_or_deny(handle: Any) -> None:
    while not (pending := await handle.query("pending_approvals", result_type=list[PendingApproval])):
        await asyncio.sleep(0.05)
    first, second = pending
    await handle.execute_update("respond", first.approve())
    await handle.execute_update("respond", second.deny("no"))


async def chat(handle: Any) -> None:
    for prompt in ("My name is Ada.", "What do you know of me?"):
        await handle.execute_update("turn", prompt)
    await handle.signal("end_chat")


async def release(handle: Any) -> None:
    await handle.signal("release")


async def long_chat(handle: Any) -> None:
    for prompt in ("count", "and now?"):
        await execute_turn(handle, "turn", prompt)
    await handle.signal("end")


CASES = {
    "hello_world": Case(hello_world.HelloWorldWorkflow, hello_world.script, model_name="sample"),
    "tools": Case(
        tools.ToolsWorkflow,
        tools.script,
        activities=[tools.fetch_weather, tools.environment_activity],
        model_name="sample",
    ),
    "mcp": Case(
        mcp.MCPWorkflow,
        mcp.script,
        model_name="sample",
        since="0.2.0",
        plugin_options={"mcp_clients": {"echo": mcp.make_echo_client}},
    ),
    "mcp_elicitation": Case(
        asking_workflows.Asked,
        [ToolCall("book", {"city": "Rome"}), "done"],
        ([{"nights": "two"}, {"nights": 2}], {"context": {"tenant": "a"}}),
        since="0.2.0",
        plugin_options={"mcp_clients": {"asking": lambda context: stdio("asking", module="tests.mcp.more_servers")()}},
    ),
    "multi_model": Case(
        multi_model.MultiModelWorkflow,
        multi_model.write,
        since="0.2.0",
        plugin_options={
            "models": {
                "claude": lambda: ScriptedModel(multi_model.write),
                "bedrock": lambda: ScriptedModel(multi_model.shorten),
            }
        },
    ),
    "tracing": Case(
        tracing.TracingWorkflow, tracing.script, activities=[tracing.fetch_weather], model_name="sample", since="0.2.0"
    ),
    "sync_calls": Case(sync_workflows.OneAgent, sync_script, activities=[sync_workflows.shout]),
    "interrupt": Case(tool_workflows.Approves, interrupt_script, ("/a",), [tool_workflows.delete_file]),
    "human_in_the_loop": Case(
        human_in_the_loop.HumanInTheLoopWorkflow,
        human_in_the_loop.script,
        model_name="sample",
        since="0.2.0",
        drive=approve_by_signal,
    ),
    "activity_interrupt": Case(
        activity_interrupt.ActivityInterruptWorkflow,
        activity_interrupt.script,
        activities=[activity_interrupt.delete_thing],
        model_name="sample",
        since="0.2.0",
        drive=approve_by_signal,
    ),
    "approvals": Case(
        approvals.ApprovalsWorkflow,
        approvals.script,
        activities=[approvals.delete_file],
        model_name="sample",
        since="0.2.0",
        drive=approve_or_deny,
    ),
    "partial_answers": Case(partial.PartialAnswers, partial_script, activities=[partial.asks_once], since="0.2.0"),
    "existing_tools": Case(
        existing_workflows.UsesExisting,
        existing_script,
        ({"user": "Ann"},),
        since="0.2.0",
        plugin_options={"tools": existing.EVERY},
    ),
    "existing_tool_asks": Case(
        existing_workflows.Resumes,
        lambda request: request.tool_result() if request.turn else ToolCall("asks", {"path": "/a"}),
        ("yes",),
        since="0.2.0",
        plugin_options={"tools": [existing.asks]},
    ),
    "local_activities": Case(
        remote_workflows.UsesLocal,
        local_script,
        (),
        [remote_workflows.quick, remote_workflows.sometimes, remote_workflows.note],
        since="0.2.0",
    ),
    "child_workflow_tools": Case(
        remote_workflows.UsesChildren,
        child_script,
        (None,),
        since="0.2.0",
        others=[remote_workflows.Buy],
    ),
    "nexus_tools": Case(
        remote_workflows.UsesNexus,
        nexus_script,
        (NEXUS_ENDPOINT,),
        since="0.2.0",
        others=[remote_workflows.Buy],
        nexus_handlers=[remote_workflows.ShopHandler()],
    ),
    "child_agents": Case(
        child_workflows.InGraph, asking, ({"/graph": "yes"},), since="0.2.0", others=[child_workflows.Helper]
    ),
    "bytes": Case(tool_workflows.AllTools, bytes_script, activities=[tool_workflows.picture]),
    "hooks": Case(
        hooks.HooksWorkflow, hooks.script, activities=[hooks.persist_tool_call], model_name="sample", since="0.2.0"
    ),
    "every_hook": Case(
        event_workflows.RecordsEverything, hook_script, (True,), [event_workflows.record], since="0.2.0"
    ),
    "structured_output": Case(
        structured_output.StructuredOutputWorkflow, structured_output.script, model_name="sample", since="0.2.0"
    ),
    "agent_result": Case(
        result_workflows.EchoesResult, verdict_script, activities=[result_workflows.echo], since="0.2.0"
    ),
    "streaming": Case(streaming.StreamingWorkflow, streaming.script, model_name="sample", since="0.2.0"),
    "continue_as_new": Case(
        ChatWorkflow, continue_as_new.script, (ChatInput(),), model_name="sample", drive=chat, since="0.2.0"
    ),
    "sandbox": Case(
        sandbox_workflows.Direct,
        sandbox_script,
        (IN_A_SANDBOX,),
        since="0.2.0",
        plugin_options={"sandboxes": {"box": box}, "payload_limit": 5_000},
    ),
    "sandbox_tools": Case(
        sandbox_workflows.Agentic, sandbox_script, since="0.2.0", plugin_options={"sandboxes": {"box": box}}
    ),
    "long_turn": Case(
        long_workflows.OneTurn,
        long_workflows.looks(4, 2),
        (long_workflows.Job("count", 40),),
        [long_workflows.look],
        since="0.2.0",
    ),
    "long_chat": Case(
        long_workflows.Chat,
        long_workflows.looks(4, 2),
        (long_workflows.ChatInput(40),),
        [long_workflows.look],
        drive=long_chat,
        since="0.2.0",
    ),
    "session_in_a_repository": Case(
        session_workflows.Talk,
        session_script,
        ("repository", "s", ["hello", "again"]),
        since="0.2.0",
        plugin_options={"session_repositories": {"sessions": lambda session_id: OwnRepository()}},
    ),
    "session_in_snapshots": Case(
        session_workflows.Talk,
        session_script,
        ("snapshot-trigger", "s", ["hello", "again"]),
        since="0.2.0",
        plugin_options={"storages": {"storage": InMemoryStorage}},
    ),
    "memory": Case(
        memory_workflows.Remembers,
        lambda request: '[{"content": "Likes tea"}]' if "Extract facts" in request.text else "fine",
        ("messages", ["I like tea", "and rain"], 100, "returns"),
        since="0.2.0",
        plugin_options={"memory_stores": {"notes": Notes}},
    ),
    "goal": Case(plugin_workflows.GoalInTime, lambda request: Reply(["no"], delay=0.4), (), since="0.2.0"),
    "offloaded": Case(
        plugin_workflows.PutAway,
        offloader_script,
        ("storage",),
        since="0.2.0",
        plugin_options={"storages": {"storage": InMemoryStorage}},
    ),
    "mcp_called_directly": Case(
        mcp_workflows.CallsFirst,
        lambda request: "done",
        ("double",),
        since="0.2.0",
        plugin_options={"mcp_clients": {"echo": stdio("echo")}},
    ),
    "asked_for": Case(
        test_handover.ThreeTurns, lambda request: request.text, (False,), since="0.2.0", asks_for_all=True
    ),
    "too_large": Case(limit_workflows.Trims, lambda _: "short", ("state", 3_000_000), drive=release, since="0.2.0"),
}
