"""Chats and turns that outgrow a run, with runs made short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn

from strands import tool
from strands.agent.conversation_manager import SlidingWindowConversationManager, SummarizingConversationManager
from strands.types.tools import ToolContext
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.contrib.workflow_streams import WorkflowStream

from strands_temporal import TemporalAgent
from strands_temporal._model import codec
from strands_temporal.testing import Script, ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import AgentState, Turns, TurnsState, activity_as_tool, run_turn

RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=100), backoff_coefficient=1)
OPTIONS: Any = {"heartbeat_timeout": timedelta(seconds=3), "retry_policy": RETRY}

CALLS: list[tuple[str, int]] = []
"""Workflow id and number of each call of `look` in this process."""


@activity.defn
async def look(number: int) -> str:
    """Look at a thing.

    Args:
        number: Its number.
    """
    CALLS.append((activity.info().workflow_id or "", number))
    return f"thing {number}"


def numbers_seen(request: ScriptedRequest) -> list[int]:
    """The numbers of all results in the conversation, in their order."""
    results = [block["toolResult"] for each in request.messages for block in each["content"] if "toolResult" in block]
    return [int(part["text"].split()[-1]) for each in results for part in each["content"]]


def looks(turns: int, calls: int) -> Callable[[ScriptedRequest], Step]:
    """A script: so many replies with so many calls each, and then what the model has seen of them all."""

    def script(request: ScriptedRequest) -> Step:
        seen = numbers_seen(request)
        if len(seen) < turns * calls:
            return [ToolCall("look", {"number": len(seen) + each}) for each in range(calls)]
        asked = request.messages[0]["content"][0]["text"]
        return f"{asked}: {len(seen)} seen, {len(set(seen))} different"

    return script


def leaver(events: int) -> Callable[[], bool]:
    return lambda: workflow.info().get_current_history_length() > events


@dataclass
class Job:
    prompt: str
    events: int
    agent: AgentState | None = None
    seen: list[str] = field(default_factory=list[str])


@workflow.defn
class OneTurn:
    """A single turn whose answer is the workflow's result."""

    @workflow.run
    async def run(self, job: Job) -> str:
        tools = [activity_as_tool(look, **OPTIONS)]
        agent = TemporalAgent("scripted", tools=tools, callback_handler=None, **OPTIONS)
        if job.agent:
            job.agent.restore(agent)
        result = await run_turn(agent, job.prompt, leave_when=leaver(job.events))
        if result.stop_reason == "checkpoint":
            assert result.checkpoint is not None
            seen = [*job.seen, result.checkpoint.position]
            workflow.continue_as_new(Job(job.prompt, job.events, AgentState.of(agent), seen))
        count: Any = agent.conversation_manager.get_state()["removed_message_count"]
        return f"{result} ({len(job.seen)} runs before, {'+'.join(sorted(set(job.seen)))}; {count} removed)"


@dataclass
class ChatInput:
    events: int
    agent: AgentState | None = None
    turns: TurnsState | None = None
    runs: int = 1


@workflow.defn
class Chat:
    """Turns by updates, answered in whichever run."""

    @workflow.init
    def __init__(self, input: ChatInput) -> None:
        self.done = False
        self.turns = Turns(input.turns)

    @workflow.update
    async def turn(self, prompt: str) -> str:
        return await self.turns.ask(prompt)

    @workflow.signal
    def end(self) -> None:
        self.done = True

    @workflow.run
    async def run(self, input: ChatInput) -> int:
        tools = [activity_as_tool(look, **OPTIONS)]
        agent = TemporalAgent("scripted", tools=tools, callback_handler=None, **OPTIONS)
        if input.agent:
            input.agent.restore(agent)
        leave = leaver(input.events)
        async with self.turns:
            while (prompt := await self.turns.next(lambda: self.done, leave_when=leave)) is not None:
                if prompt == "break":
                    self.turns.fail(ValueError("this one fails"))
                    continue
                result = await run_turn(agent, prompt, leave_when=leave)
                if result.stop_reason == "checkpoint":
                    break
                self.turns.answer(str(result).strip())
            if input.runs == 2 and not self.done:  # here is as good a place as after the block
                self.next(input, agent)
        if self.done and not self.turns.state.waiting:
            return input.runs
        self.next(input, agent)

    def next(self, input: ChatInput, agent: TemporalAgent) -> NoReturn:
        workflow.continue_as_new(ChatInput(input.events, AgentState.of(agent), self.turns.state, input.runs + 1))


@tool(context=True)
def delete(path: str, tool_context: ToolContext) -> str:
    """Delete a file, where a human approves.

    Args:
        path: The file.
    """
    answer = tool_context.interrupt("approval", reason=path)
    return f"{answer}: {path}"


@dataclass
class Carried:
    kind: str
    agent: AgentState | None = None
    run: int = 1
    offset: int = 0


def manager(kind: str) -> Any:
    if kind == "window":
        return {"conversation_manager": SlidingWindowConversationManager(window_size=2)}
    if kind == "summary":
        return {"conversation_manager": SummarizingConversationManager(summary_ratio=0.8, preserve_recent_messages=1)}
    return {}


IMAGE = {"image": {"format": "png", "source": {"bytes": bytes(range(256))}}}


@workflow.defn
class Carries:
    """Two runs; what the first one leaves is in the second."""

    @workflow.init
    def __init__(self, input: Carried) -> None:
        self.answer: str | None = None
        self.stream = WorkflowStream(prior_state=input.agent.stream if input.agent else None)

    @workflow.signal
    def approve(self, answer: str) -> None:
        self.answer = answer

    @workflow.run
    async def run(self, input: Carried) -> str:
        agent = TemporalAgent("scripted", tools=[delete], callback_handler=None, **manager(input.kind))
        if input.agent is None:
            if input.kind == "argument":
                agent.messages = [{"role": "user", "content": [{"text": "x" * 10_000}]}]
                workflow.continue_as_new(Carried(input.kind, AgentState(codec.encode(agent.messages)), 2))
            agent.state.set("mood", {"calm": True})
            self.stream.topic("news").publish("one")
            first: Any = [{"text": "first"}, IMAGE]
            result = await agent.invoke_async("first" if input.kind == "server_state" else first)
            if input.kind != "server_state":
                result = await agent.invoke_async("second")
            if input.kind == "summary":
                result = await agent.invoke_async("third")
            workflow.continue_as_new(Carried(input.kind, AgentState.of(agent, self.stream), 2))
        input.agent.restore(agent)
        mood: Any = agent.state.get("mood")
        if input.kind == "interrupt":
            await workflow.wait_condition(lambda: self.answer is not None)
            assert input.agent.interrupts is not None
            (each,) = input.agent.interrupts["state"]["interrupts"]
            response: Any = {"interruptResponse": {"interruptId": each, "response": self.answer}}
            result = await agent.invoke_async([response])
        else:
            result = await agent.invoke_async("last")
        kept: Any = agent.conversation_manager.get_state()
        offset = len(self.stream.get_state().log) + self.stream.get_state().base_offset
        return f"{str(result).strip()} | {mood} | {kept.get('removed_message_count')} removed | offset {offset}"


@workflow.defn
class TooMuch:
    """Carries what the server would not take; `how` says by what, and whether the workflow goes on."""

    @workflow.run
    async def run(self, how: str, size: int, carried: Any = None) -> str:
        agent = TemporalAgent("scripted", callback_handler=None)
        if carried is not None:
            if how == "state":
                AgentState(**carried).restore(agent)
            else:
                agent.messages = carried
            return f"{len(agent.messages)} carried"
        for _ in range(2):
            await agent.invoke_async("say much")
            agent.messages[-1]["content"].append({"text": "x" * size})
        if how == "caught":
            try:
                AgentState.of(agent)
            except Exception as error:
                agent.messages = agent.messages[-1:]
                AgentState.of(agent)
                return f"{type(error).__name__}, then it went"
        if how == "state":
            state: Any = AgentState.of(agent)
            workflow.continue_as_new(args=[how, size, vars(state)])
        workflow.continue_as_new(args=[how, size, agent.messages])


@workflow.defn
class Wrong:
    """Each mistake has its error; the result is their words."""

    @workflow.run
    async def run(self) -> list[str]:
        agent = TemporalAgent("scripted", callback_handler=None, tools=[delete])
        window = TemporalAgent("scripted", callback_handler=None, **manager("summary"))
        words: list[str] = []

        async def invoked() -> None:
            events: Any = agent.stream_async("hi")
            async for _ in events:
                AgentState.of(agent)

        newer = AgentState.of(agent)
        newer.version = 2
        mistakes: list[Callable[[], Any]] = [
            lambda: AgentState.of(None),  # type: ignore[arg-type]
            lambda: AgentState.of(agent).restore(window),
            lambda: newer.restore(agent),
            lambda: AgentState(messages=[], checkpoint={"schema_version": "9"}).restore(TemporalAgent("scripted")),
            lambda: Turns(TurnsState(version=2)),
            lambda: Turns(remembered=-1),
            lambda: Turns().answer("nobody asked"),
        ]
        for mistake in mistakes:
            try:
                mistake()
            except ValueError as error:
                words.append(str(error))
        for mistake in (lambda: run_turn(None), lambda: Turns().ask("?"), invoked):  # type: ignore[arg-type, list-item]
            try:
                await mistake()
            except ValueError as error:
                words.append(str(error))
        return words


ANSWERS: Script = ["one", "two", "three", "four", "five"]
