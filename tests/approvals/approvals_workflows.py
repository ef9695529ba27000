"""Workflows with `Approvals`."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from strands import ToolContext, tool
from strands.hooks import BeforeToolCallEvent, BeforeToolsEvent, HookProvider, HookRegistry
from strands.interrupt import Interrupt, InterruptException
from strands.tools import ToolProvider
from strands.types.tools import AgentTool, ToolUse
from strands.vended_interventions.hitl import HumanInTheLoop
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal._runtime.tool_middleware import ExecuteToolStage
from strands_temporal.workflow import Approvals, activity_as_tool, carried_interrupts, restore_interrupts

from .interrupt_workflows import McpLikeTool

DELETED: dict[str, list[str]] = {}
"""What activities have deleted, by workflow."""


def log(what: str) -> None:
    DELETED.setdefault(activity.info().workflow_id or "", []).append(what)


@activity.defn
async def delete_file(path: str) -> str:
    """Delete a file."""
    log(path)
    return f"deleted {path}"


@activity.defn
async def asking_activity(path: str) -> str:
    """Ask at the first run, and take the second for the answer."""
    log(f"run {path}")
    times = 2 if path == "/twice" else 1
    runs = DELETED[activity.info().workflow_id or ""].count(f"run {path}")
    if runs <= times:
        reason: Any = {"path": path, "raw": b"\xff"} if path != "/twice" else runs
        raise InterruptException(Interrupt(id=f"asking:{path}", name="delete", reason=reason))
    return f"asked, then deleted {path}"


@tool(context=True)
def asking_tool(question: str, tool_context: ToolContext) -> str:
    """Ask a human something."""
    return f"{question} {tool_context.interrupt('question', reason=question)}"


@tool
def read_file(path: str) -> str:
    """Read a file."""
    return f"read {path}"


class AskingHook(HookProvider):
    """A hook of the user's beside, for one tool; and one for whole messages that have a tool call of a name."""

    def register_hooks(self, registry: HookRegistry, **kwargs: object) -> None:
        registry.add_callback(BeforeToolCallEvent, self._gate)
        registry.add_callback(BeforeToolsEvent, self._gate_all)

    def _gate(self, event: BeforeToolCallEvent) -> None:
        if event.tool_use["input"].get("path") == "/hooked" and event.interrupt("mine", reason="sure?") != "approve":
            event.cancel_tool = "the hook says no"

    def _gate_all(self, event: BeforeToolsEvent) -> None:
        if any(block.get("toolUse", {}).get("input", {}).get("path") == "/all" for block in event.message["content"]):
            event.interrupt("batch", reason="all of them?")  # and does not look at the answer


class Provider(ToolProvider):
    """Brings a tool as an MCP client does."""

    def __init__(self, ran: list[str]) -> None:
        self._ran = ran

    async def load_tools(self, **kwargs: Any) -> list[AgentTool]:
        return [McpLikeTool(self._ran)]

    def add_consumer(self, consumer_id: Any, **kwargs: Any) -> None: ...

    def remove_consumer(self, consumer_id: Any, **kwargs: Any) -> None: ...


TOOLS: list[Any] = [read_file, asking_tool, activity_as_tool(delete_file), activity_as_tool(asking_activity)]


@workflow.defn
class FilesWorkflow:
    """The three lines."""

    @workflow.init
    def __init__(self, deadline: float | None = None, default: Any = "deny") -> None:
        limit = None if deadline is None else timedelta(seconds=deadline)
        self.approvals = Approvals(tools=["delete_file", "by_mcp"], deadline=limit, default=default)
        self.ran: list[str] = []
        self.agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            tools=[*TOOLS, Provider(self.ran)],
            hooks=[self.approvals, AskingHook()],
        )

    @workflow.run
    async def run(self, deadline: float | None = None, default: Any = "deny") -> str:
        return str(await self.approvals.run(self.agent, "clean up")).strip()


@workflow.defn
class LeavesWorkflow:
    """Continues as new whenever it is told to, with whatever is open and answered."""

    @workflow.init
    def __init__(self, messages: Any = None, carried: Any = None) -> None:
        self.leave = False
        self.approvals = Approvals(["delete_file"], deadline=timedelta(hours=1))
        tools = [*TOOLS, McpLikeTool([])]
        self.agent = TemporalAgent(
            "scripted", callback_handler=None, messages=messages, tools=tools, hooks=[self.approvals, AskingHook()]
        )
        restore_interrupts(self.agent, carried)

    @workflow.signal
    def leave_now(self) -> None:
        self.leave = True

    @workflow.run
    async def run(self, messages: Any = None, carried: Any = None) -> str:
        prompt = None if carried else "clean up"
        result = await self.approvals.run(self.agent, prompt, leave_when=lambda: self.leave)
        if result.stop_reason == "interrupt":
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(args=[self.agent.messages, carried_interrupts(self.agent)])
        return str(result).strip()


class Rewriting(HookProvider):
    """Changes what a call would do, after the human was asked."""

    def __init__(self, how: str) -> None:
        self.how = how
        self.calls = 0

    def register_hooks(self, registry: HookRegistry, **kwargs: object) -> None:
        registry.add_callback(BeforeToolCallEvent, self._rewrite, order=1000)

    def _rewrite(self, event: BeforeToolCallEvent) -> None:
        self.calls += 1
        if self.how == "disguised":  # a harmless name, and the protected tool
            event.selected_tool = event.agent.tool_registry.registry["delete_file"]
        if self.calls != 2:
            return
        if self.how == "input":
            event.tool_use = {**event.tool_use, "input": {"path": "/etc"}}
        elif self.how == "in place":
            event.tool_use["input"]["path"] = "/etc"


@workflow.defn
class RewritesWorkflow:
    @workflow.run
    async def run(self, how: str) -> str:
        approvals = Approvals("delete_file")
        agent = TemporalAgent(
            "scripted", callback_handler=None, tools=TOOLS, hooks=[approvals, Rewriting("" if how == "stage" else how)]
        )
        calls = 0

        def change(context: Any) -> Any:
            nonlocal calls
            calls += 1
            changed = {**context.tool_use, "input": {"path": "/etc"}}
            return context.replace(tool_use=changed) if calls == 2 else context

        if how == "stage":
            agent.add_middleware(ExecuteToolStage.Input, change)
        return str(await approvals.run(agent, "clean up")).strip()


@workflow.defn
class SubAgentWorkflow:
    """The agent that does the work is a tool of another."""

    def __init__(self) -> None:
        self.approvals = Approvals(["delete_file"])
        worker = TemporalAgent(
            "scripted",
            name="janitor",
            description="Cleans up.",
            callback_handler=None,
            system_prompt="janitor",
            tools=TOOLS,
            hooks=[self.approvals],
        )
        self.agent = TemporalAgent("scripted", callback_handler=None, tools=[worker])

    @workflow.run
    async def run(self) -> str:
        return str(await self.approvals.run(self.agent, "clean up")).strip()


@workflow.defn
class TwoAgentsWorkflow:
    """Two agents at once, with one desk or each with its own."""

    @workflow.init
    def __init__(self, prefix: str | None) -> None:
        self.first = Approvals("delete_file")
        self.second = self.first if prefix is None else Approvals("delete_file", prefix=prefix)

    @workflow.run
    async def run(self, prefix: str | None) -> list[str]:
        def agent(name: str, approvals: Approvals) -> Any:
            made = TemporalAgent("scripted", name=name, callback_handler=None, tools=TOOLS, hooks=[approvals])
            return approvals.run(made, name)

        results = await asyncio.gather(agent("Ann", self.first), agent("Bob", self.second))
        return [str(each).strip() for each in results]


def raising(tool_use: ToolUse) -> bool:
    raise LookupError(f"no rule for {tool_use['name']}")


async def asynchronous(tool_use: ToolUse) -> bool:
    return False


ARGUMENTS: dict[str, dict[str, Any]] = {
    "misspelled": {"tools": ["delete_fil", "read_file"]},
    "raising": {"tools": raising},
    "async": {"tools": [asynchronous]},
    "number": {"tools": 7},
    "parts": {"tools": ["read_file", 7]},
    "deadline": {"deadline": timedelta(0)},
    "seconds": {"deadline": 5},
    "default": {"default": "yes"},
    "prefix": {"prefix": 1},
}


@workflow.defn
class WrongWorkflow:
    """Approvals that are wrong; all in `run`, for an error there fails the workflow."""

    @workflow.run
    async def run(self, what: str) -> str:
        if what == "twice":
            Approvals()
        if what == "no TemporalAgent":
            return str(await Approvals().run("agent"))  # pyright: ignore[reportArgumentType]
        approvals = Approvals(**ARGUMENTS.get(what, {}))
        agent = TemporalAgent("scripted", callback_handler=None, tools=TOOLS, hooks=[approvals])
        return str(await approvals.run(agent, "clean up")).strip()


@workflow.defn
class OwnHandlerWorkflow:
    """Has an update of its own with the name that Approvals takes."""

    @workflow.update
    async def respond(self, text: str) -> str:
        return text

    @workflow.run
    async def run(self) -> None:
        Approvals()


def by_path(tool_use: ToolUse) -> bool:
    return str(tool_use["input"].get("path", "")).startswith("/etc")


@workflow.defn
class PredicateWorkflow:
    @workflow.run
    async def run(self) -> str:
        approvals = Approvals([by_path, "delete_file"])
        agent = TemporalAgent("scripted", callback_handler=None, tools=TOOLS, hooks=[approvals])
        return str(await approvals.run(agent, "clean up")).strip()


@workflow.defn
class DirectCallWorkflow:
    """Calls the protected tool without the model."""

    @workflow.run
    async def run(self) -> str:
        approvals = Approvals("delete_file")
        agent = TemporalAgent("scripted", callback_handler=None, tools=TOOLS, hooks=[approvals])
        try:
            agent.tool.delete_file(path="/a")
        except RuntimeError as error:
            return str(error)
        return "it ran"


@workflow.defn
class InterventionWorkflow:
    """Strands' own handler asks, and Approvals waits."""

    @workflow.run
    async def run(self) -> str:
        approvals = Approvals()
        asks = HumanInTheLoop(allowed_tools=["asking_tool"])
        agent = TemporalAgent("scripted", callback_handler=None, tools=TOOLS, hooks=[approvals], interventions=[asks])
        return str(await approvals.run(agent, "clean up")).strip()
