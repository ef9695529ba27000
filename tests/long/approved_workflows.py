"""A chat with turns by updates and approvals, which leaves its runs in the middle of both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.testing import ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import AgentState, Approvals, Turns, TurnsState, activity_as_tool, run_turn

from .long_workflows import OPTIONS, leaver, look

DELETED: list[tuple[str, str]] = []
"""Workflow id and path of each call of `delete_file` in this process."""


@activity.defn
async def delete_file(path: str) -> str:
    """Delete a file.

    Args:
        path: The file.
    """
    DELETED.append((activity.info().workflow_id or "", path))
    return f"deleted {path}"


def cleans(rounds: int) -> Any:
    """A script: looks, then deletes two files at once, so many times; then says what it was told in the whole turn."""

    def script(request: ScriptedRequest) -> Step:
        told: list[str] = []
        for each in request.messages:
            results = [block["toolResult"] for block in each["content"] if "toolResult" in block]
            told = [*(told if results or each["role"] == "assistant" else []), *texts_of(results)]
        asked = next(b["text"] for each in reversed(request.messages) for b in each["content"] if is_prompt(each, b))
        looked = sum(each.startswith("thing") for each in told)
        if len(told) == 3 * rounds:
            return f"{asked}: {', '.join(told)}"
        if len(told) == 3 * looked:
            return ToolCall("look", {"number": looked})
        return [ToolCall("delete_file", {"path": f"/{asked}/{looked}/{each}"}) for each in "ab"]

    return script


def is_prompt(message: Any, block: Any) -> bool:
    return message["role"] == "user" and "text" in block


def texts_of(results: list[Any]) -> list[str]:
    return [part["text"] for each in results for part in each["content"]]


@dataclass
class ChatInput:
    events: int
    agent: AgentState | None = None
    turns: TurnsState | None = None
    runs: int = 1


@workflow.defn
class ApprovedChat:
    @workflow.init
    def __init__(self, input: ChatInput) -> None:
        self.done = self.leaving = False
        self.turns = Turns(input.turns)
        self.approvals = Approvals("delete_file")

    @workflow.update
    async def turn(self, prompt: str) -> str:
        return await self.turns.ask(prompt)

    @workflow.signal
    def leave(self) -> None:
        self.leaving = True

    @workflow.signal
    def end(self) -> None:
        self.done = True

    @workflow.run
    async def run(self, input: ChatInput) -> int:
        tools = [activity_as_tool(look, **OPTIONS), activity_as_tool(delete_file, **OPTIONS)]
        agent = TemporalAgent("scripted", tools=tools, hooks=[self.approvals], callback_handler=None, **OPTIONS)
        if input.agent:
            input.agent.restore(agent)
        outgrown = leaver(input.events)

        def leave() -> bool:
            return self.leaving or outgrown()

        invoke = partial(self.approvals.run, agent, leave_when=leave)
        async with self.turns:
            while (prompt := await self.turns.next(lambda: self.done, leave_when=leave)) is not None:
                result = await run_turn(agent, prompt, leave_when=leave, invoke=invoke)
                if result.stop_reason in ("checkpoint", "interrupt"):
                    break
                self.turns.answer(str(result).strip())
        if self.done and not self.turns.state.waiting:
            return input.runs
        workflow.continue_as_new(ChatInput(input.events, AgentState.of(agent), self.turns.state, input.runs + 1))
