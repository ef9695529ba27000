"""An agent with tools that are interrupted in every way, in a workflow that is driven by updates."""

from __future__ import annotations

from typing import Any

from strands import ToolContext, tool
from strands.hooks import BeforeToolCallEvent, HookProvider, HookRegistry
from strands.interrupt import Interrupt, InterruptException
from strands.types.tools import AgentTool, ToolGenerator, ToolSpec, ToolUse
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal._errors import InterruptResponseError
from strands_temporal.workflow import activity_as_tool, carried_interrupts, restore_interrupts

RUNS: dict[str, list[str]] = {}
"""Runs of the activity, by workflow."""


@activity.defn
async def by_activity(path: str) -> str:
    """Ask at the first run for a path, and take the second run for the answer, as the sample of the page does."""
    runs = RUNS.setdefault(activity.info().workflow_id or "", [])
    runs.append(path)
    if runs.count(path) == 1:
        raise InterruptException(Interrupt(id=f"activity:{path}", name="approval", reason=f"delete {path}?"))
    return f"activity deleted {path}"


class McpLikeTool(AgentTool):
    """A tool that no decorator made, as an MCP client brings them."""

    def __init__(self, ran: list[str], name: str = "by_mcp") -> None:
        super().__init__()
        self._ran = ran
        self._name = name

    @property
    def tool_name(self) -> str:
        return self._name

    @property
    def tool_spec(self) -> ToolSpec:
        path = {"type": "object", "properties": {"path": {"type": "string"}}}
        return {"name": self._name, "description": "Delete.", "inputSchema": {"json": path}}

    @property
    def tool_type(self) -> str:
        return "mcp"

    async def stream(self, tool_use: ToolUse, invocation_state: dict[str, Any], **kwargs: Any) -> ToolGenerator:
        self._ran.append(self._name)
        text = f"mcp deleted {tool_use['input']['path']}"
        yield {"toolUseId": tool_use["toolUseId"], "status": "success", "content": [{"text": text}]}


class ApprovalHook(HookProvider):
    """Asks before two of the tools."""

    def __init__(self) -> None:
        self.raised: set[str] = set()

    def register_hooks(self, registry: HookRegistry, **kwargs: object) -> None:
        registry.add_callback(BeforeToolCallEvent, self._gate)
        registry.add_callback(BeforeToolCallEvent, self._raise)

    def _gate(self, event: BeforeToolCallEvent) -> None:
        if event.tool_use["name"] not in ("by_hook", "by_mcp"):
            return
        approval = event.interrupt("approval", reason=f"approve {event.tool_use['input']['path']}?")
        if approval != "approve":
            event.cancel_tool = "denied"

    def _raise(self, event: BeforeToolCallEvent) -> None:
        """Raise an interrupt that Strands has not made."""
        if event.tool_use["name"] != "by_raising_hook" or "raised" in self.raised:
            return
        self.raised.add("raised")
        raise InterruptException(Interrupt(id="from the hook", name="own", reason="own?"))


def make_tools(ran: list[str]) -> list[Any]:
    @tool
    def by_hook(path: str) -> str:
        """Delete."""
        ran.append("by_hook")
        return f"hook deleted {path}"

    @tool
    def by_raising_hook() -> str:
        """Delete."""
        ran.append("by_raising_hook")
        return "raising hook deleted"

    @tool(context=True)
    def by_context(path: str, tool_context: ToolContext) -> str:
        """Delete."""
        ran.append("by_context asks")
        answer = tool_context.interrupt("approval", reason={"path": path})
        if answer != "approve":
            return f"kept {path}, for the answer was {answer}"
        ran.append("by_context")
        return f"context deleted {path}"

    @tool
    async def by_raising(path: str) -> str:
        """Delete."""
        ran.append("by_raising")
        if ran.count("by_raising") == 1:
            raise InterruptException(Interrupt(id=f"raising:{path}", name="approval", reason=f"delete {path}?"))
        return f"raising deleted {path}"

    @tool
    def free(path: str) -> str:
        """Read."""
        ran.append("free")
        return f"read {path}"

    tools = [by_hook, by_raising_hook, by_context, by_raising, free, McpLikeTool(ran)]
    return [*tools, activity_as_tool(by_activity)]


@workflow.defn
class Driven:
    """Runs one prompt; each update `resume` is one `agent.invoke_async` with responses."""

    def __init__(self) -> None:
        self.prompts: list[Any] = []
        self.outcomes: list[Any] = []
        self.rotate = False

    @workflow.update
    async def resume(self, prompt: Any) -> Any:
        """What the agent waits for after it was given a prompt, or the error, or its last words."""
        self.prompts.append(prompt)
        number = len(self.prompts)
        await workflow.wait_condition(lambda: len(self.outcomes) > number)
        return self.outcomes[number]

    @workflow.update
    async def stopped(self) -> Any:
        """What the agent waits for at first."""
        await workflow.wait_condition(lambda: bool(self.outcomes))
        return self.outcomes[0]

    @workflow.signal
    def continue_as_new(self) -> None:
        self.rotate = True

    @workflow.run
    async def run(self, carried: Any = None, messages: Any = None, ran: list[str] | None = None) -> list[str]:
        ran = ran or []
        agent = TemporalAgent(
            "scripted", callback_handler=None, tools=make_tools(ran), hooks=[ApprovalHook()], messages=messages
        )
        restore_interrupts(agent, carried)
        prompt: Any = "go" if carried is None else []
        while True:
            try:
                result = await agent.invoke_async(prompt)
            except InterruptResponseError as error:
                self.outcomes.append(f"error: {error.message}")
            else:
                ids = [each.id for each in result.interrupts or ()]
                self.outcomes.append(ids or f"ended: {str(result).strip()}")
                if prompt == ["end"] or (not ids and not self.rotate):
                    await workflow.wait_condition(lambda: workflow.all_handlers_finished())
                    return ran
            await workflow.wait_condition(lambda: len(self.prompts) >= len(self.outcomes) or self.rotate)
            if self.rotate:
                await workflow.wait_condition(lambda: workflow.all_handlers_finished())
                workflow.continue_as_new(args=[carried_interrupts(agent), agent.messages, ran])
            prompt = self.prompts[len(self.outcomes) - 1]


@workflow.defn
class AnswersTwice:
    """Answers an interrupt, and answers it again when the agent has gone on."""

    @workflow.run
    async def run(self, catch: bool) -> str:
        agent = TemporalAgent("scripted", callback_handler=None, tools=make_tools([]), hooks=[ApprovalHook()])
        result = await agent.invoke_async("go")
        answers: Any = [
            {"interruptResponse": {"interruptId": each.id, "response": "no"}} for each in result.interrupts or ()
        ]
        await agent.invoke_async(answers)
        answers[0]["interruptResponse"]["response"] = "approve"
        if not catch:
            return str(await agent.invoke_async(answers))
        before = len(agent.messages)
        message = ""
        try:
            await agent.invoke_async(answers)
        except ValueError as error:  # what Strands raises there
            message = str(error)
        assert len(agent.messages) == before
        return message
