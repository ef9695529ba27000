"""Workflows that call agents where it cannot work; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
import warnings

from strands import Agent
from strands._async import run_async
from strands.models.bedrock import BedrockModel
from strands.models.ollama import OllamaModel
from temporalio import workflow

from .sync_workflows import agent

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # async query handlers still exist

    @workflow.defn
    class AsksInQuery:
        def __init__(self) -> None:
            self.agent = agent()
            self.done = False

        @workflow.query
        def ask(self) -> str:
            return str(self.agent("hello"))

        @workflow.query
        async def ask_async(self) -> str:
            return str(await self.agent.invoke_async("hello"))

        @workflow.query
        def ask_strands(self) -> None:
            run_async(lambda: asyncio.sleep(0))

        @workflow.query
        def messages(self) -> int:
            return len(self.agent.messages)

        @workflow.update
        def set(self) -> None:
            self.done = True

        @set.validator
        def check(self) -> None:
            self.agent("is this valid?")

        @workflow.signal
        def finish(self) -> None:
            self.done = True

        @workflow.run
        async def run(self) -> None:
            await workflow.wait_condition(lambda: self.done)


@workflow.defn
class AsksInInit:
    def __init__(self) -> None:
        self.answer = str(agent()("hello"))

    @workflow.run
    async def run(self) -> str:
        return self.answer


@workflow.defn
class WaitsInInit:
    """Sync code of Strands in `__init__`, as plugins and tool providers have: it may not wait, but may run."""

    @workflow.init
    def __init__(self, waits: bool) -> None:
        self.log: list[str] = []

        async def initialise() -> str:
            try:
                if waits:
                    await asyncio.sleep(1)
                return "initialised"
            finally:
                self.log.append("unwound")

        self.log.append(run_async(initialise))

    @workflow.run
    async def run(self, waits: bool) -> list[str]:
        return self.log


@workflow.defn
class PlainSyncCall:
    @workflow.run
    async def run(self) -> str:
        return str(agent()("hello")).strip()


MODEL_MADE_OUTSIDE = OllamaModel("http://127.0.0.1:9", model_id="none")


@workflow.defn
class PlainAgent:
    @workflow.run
    async def run(self, how: str) -> str:
        if how == "default model":
            return str(Agent(callback_handler=None)("hi"))
        plain = Agent(MODEL_MADE_OUTSIDE, callback_handler=None)
        return str(plain("hi") if how == "sync" else await plain.invoke_async("hi"))


@workflow.defn
class PlainAgentInInit:
    def __init__(self) -> None:
        self.agent = Agent(BedrockModel(region_name="us-east-1"))

    @workflow.run
    async def run(self) -> None:
        await self.agent.invoke_async("hi")
