"""Workflows whose sync code calls agents; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
import contextvars
import random
import time
from datetime import timedelta
from typing import Any

from opentelemetry import baggage, context
from pydantic import BaseModel
from strands import tool
from strands.hooks import BeforeModelCallEvent, BeforeToolCallEvent, HookProvider, HookRegistry
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool


def agent(system_prompt: str | None = None, **options: Any) -> TemporalAgent:
    return TemporalAgent("scripted", system_prompt=system_prompt, callback_handler=None, **options)


class City(BaseModel):
    name: str


@activity.defn
async def shout(text: str) -> str:
    """Shout a text."""
    return text.upper() + "!"


@tool
def count(word: str, letter: str) -> int:
    """Count a letter in a word."""
    return word.count(letter)


@tool
def research(question: str) -> str:
    """Ask a sub-agent twice."""
    researcher = agent("researcher")
    return f"{str(researcher(question)).strip()}, {str(researcher('again')).strip()}"


@tool
def nested(question: str) -> str:
    """Ask a sub-agent that has a tool which asks a sub-agent."""
    return str(agent("nesting", tools=[research])(question)).strip()


@tool
def extract(text: str) -> str:
    """Extract the city."""
    return agent("extractor").structured_output(City, text).name


@workflow.defn
class OneAgent:
    @workflow.run
    async def run(self, prompt: str) -> str:
        assistant = agent(tools=[count, research, nested, extract, activity_as_tool(shout)])
        return str(await assistant.invoke_async(prompt)).strip()


@workflow.defn
class CallsInRun:
    """Sync calls of agents and tools straight in workflow code, and in its handlers."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @workflow.run
    async def run(self) -> list[Any]:
        first = agent()
        answers: list[Any] = [str(first("one")).strip()]
        await asyncio.sleep(0.01)
        answers.append(str(first("two")).strip())
        answers.append(agent("extractor").structured_output(City, "Paris").name)
        tools = agent(tools=[count, activity_as_tool(shout)])
        answers.append(tools.tool.count(word="banana", letter="a")["content"][0]["text"])
        answers.append(tools.tool.shout(text="hi")["content"][0]["text"])
        both = await asyncio.gather(self.ask("left"), self.ask("right"))
        answers.append(both)
        await workflow.wait_condition(lambda: len(self.heard) == 2)
        return [*answers, sorted(self.heard)]

    async def ask(self, question: str) -> str:
        return str(agent()(question)).strip()

    @workflow.signal
    def tell(self, text: str) -> None:
        self.heard.append(str(agent()(text)).strip())

    @workflow.update
    def tell_me(self, text: str) -> str:
        answer = str(agent()(text)).strip()
        self.heard.append(answer)
        return answer


class SteeringHook(HookProvider):
    """A sync hook that asks an agent before each tool call."""

    def __init__(self) -> None:
        self.verdicts: list[str] = []

    def register_hooks(self, registry: HookRegistry, **kwargs: Any) -> None:
        registry.add_callback(BeforeToolCallEvent, self._judge)

    def _judge(self, event: BeforeToolCallEvent) -> None:
        verdict = str(agent("judge")(event.tool_use["name"])).strip()
        self.verdicts.append(verdict)
        if verdict == "deny":
            event.cancel_tool = "denied by the judge"


@workflow.defn
class SyncHook:
    @workflow.run
    async def run(self, prompt: str) -> list[str]:
        hook = SteeringHook()
        result = await agent(tools=[count, activity_as_tool(shout)], hooks=[hook]).invoke_async(prompt)
        return [*hook.verdicts, str(result).strip()]


@tool
def break_the_sandbox(how: str) -> str:
    """Do what the sandbox forbids."""
    if how == "random":
        return str(random.random())
    if how == "open":
        return open("/dev/null").read()  # noqa: PTH123
    if how == "sleep":
        time.sleep(0)
        return "slept"
    import tests.runtime.only_in_a_tool as module

    return f"imported {module.LOADED_IN_SANDBOX}"


@workflow.defn
class Sandboxed:
    @workflow.run
    async def run(self, prompt: str) -> str:
        return str(await agent(tools=[break_the_sandbox]).invoke_async(prompt)).strip()


word: contextvars.ContextVar[str] = contextvars.ContextVar("word", default="unset")


@workflow.defn
class Contexts:
    """What a sync tool sees of its surroundings, and its surroundings of it."""

    @workflow.run
    async def run(self) -> dict[str, Any]:
        seen: dict[str, Any] = {}

        @tool
        def look() -> str:
            """Look around."""
            seen["id"] = workflow.info().workflow_id
            seen["word"] = word.get()
            seen["baggage"] = baggage.get_baggage("flag")
            task = asyncio.current_task()
            seen["task"] = task is not None and task in asyncio.all_tasks()
            word.set("changed in the tool")
            self._inner(seen)
            return "ok"

        word.set("outside")
        token = context.attach(baggage.set_baggage("flag", "up"))
        try:
            await agent(tools=[look]).invoke_async("look")
            seen["after"] = word.get()
        finally:
            context.detach(token)
        word.set("before a wait")
        agent()("hi")
        seen["across a wait"] = word.get()
        return seen

    def _inner(self, seen: dict[str, Any]) -> None:
        def hook(event: BeforeModelCallEvent) -> None:
            seen["word in the sub-agent"] = word.get()
            seen["baggage in the sub-agent"] = baggage.get_baggage("flag")

        agent(hooks=[hook])("hi")


@tool
def fail_deep() -> str:
    """Fail in a sub-agent's hook."""

    def hook(event: BeforeModelCallEvent) -> None:
        raise LookupError("from the hook of the sub-agent")

    try:
        agent(hooks=[hook])("hi")
    except Exception as error:
        names = []
        traceback = error.__traceback__
        while traceback is not None:
            names.append(traceback.tb_frame.f_code.co_name)
            traceback = traceback.tb_next
        return f"{type(error).__name__}: {error}; frames of tool and hook: {'fail_deep' in names and 'hook' in names}"
    return "no error"


@workflow.defn
class Exceptions:
    @workflow.run
    async def run(self) -> str:
        return str(await agent(tools=[fail_deep]).invoke_async("go")).strip()


@workflow.defn
class Parked:
    """A sync tool that waits for an agent whose model takes long; it tells how it ended."""

    def __init__(self) -> None:
        self.log: list[str] = []

    @workflow.query
    def events(self) -> list[str]:
        return self.log

    @workflow.run
    async def run(self, how: str) -> list[str]:
        @tool
        def wait_long() -> str:
            """Wait for a slow agent."""
            self.log.append("parked")
            try:
                agent("slow")("wait")
            except BaseException as error:
                self.log.append(f"tool got {type(error).__name__}")
                raise
            finally:
                self.log.append("tool unwound")
            return "not reached"

        call = agent(tools=[wait_long]).invoke_async("go")
        if how == "timeout":
            try:
                await asyncio.wait_for(call, 0.3)
            except asyncio.TimeoutError:
                self.log.append("timed out")
            return self.log
        try:
            await call
        except asyncio.CancelledError:
            self.log.append("run cancelled")
            if how == "return":
                return self.log
            raise
        return self.log


@workflow.defn
class TimeoutInSyncCode:
    """asyncio.timeout in a coroutine that makes a sync call inside."""

    @workflow.run
    async def run(self) -> str:
        try:
            async with asyncio.timeout(0.3):  # noqa: ASYNC100, the sync call awaits  # pyright: ignore
                agent("slow")("wait")
        except asyncio.TimeoutError:
            return "timed out"
        return "not reached"


@workflow.defn
class ManyParked:
    """Many sync calls parked at once, and resumed.

    250 in each workflow task: Temporal's deadlock detector allows it 2 seconds, on a busy machine too.
    """

    def __init__(self) -> None:
        self.opened = False

    @workflow.signal
    def open(self) -> None:
        self.opened = True

    @workflow.run
    async def run(self, number: int) -> list[int]:
        from strands._async import run_async

        gates = [asyncio.Event() for _ in range(0, number, 250)]
        done: list[int] = []

        def wait(index: int) -> None:
            run_async(gates[index // 250].wait)
            done.append(index)

        calls: list[asyncio.Task[None]] = []
        for first in range(0, number, 250):
            some = range(first, min(first + 250, number))
            calls += [asyncio.create_task(asyncio.to_thread(wait, index)) for index in some]
            await asyncio.sleep(0.001)
        await workflow.wait_condition(lambda: self.opened)
        for gate in gates:
            gate.set()
            await asyncio.sleep(0.001)
        await asyncio.gather(*calls)
        return done


@workflow.defn
class SlowTool:
    @workflow.run
    async def run(self, seconds: float) -> str:
        @tool
        def crunch_numbers() -> str:
            """Compute for a while."""
            with workflow.unsafe.sandbox_unrestricted():
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    pass
            return "crunched"

        return str(await agent(tools=[crunch_numbers]).invoke_async("go")).strip()


@workflow.defn
class NoAgent:
    """A workflow that has nothing to do with agents, on a worker with the plugin."""

    @workflow.run
    async def run(self) -> str:
        task = asyncio.create_task(workflow.execute_activity(shout, "hi", start_to_close_timeout=timedelta(seconds=10)))
        return await asyncio.wait_for(task, 10)
