"""Calls of an agent that come twice; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from typing import Any

from strands.types.agent import ConcurrentInvocationMode
from temporalio import workflow

from strands_temporal import TemporalAgent


@workflow.defn
class CalledTwice:
    """The same call, by two tasks, while the first is under way; and once more when it has ended."""

    @workflow.run
    async def run(self, tokens: list[str]) -> list[str]:
        agent = TemporalAgent("scripted", callback_handler=None)
        calls = [agent.invoke_async(f"call {token}", idempotency_token=token) for token in tokens]
        given: list[Any] = await asyncio.gather(*calls, return_exceptions=True)
        return [
            *(f"{type(each).__name__}: {each}" if isinstance(each, Exception) else str(each).strip() for each in given),
            str(await agent.invoke_async("again", idempotency_token=tokens[0])).strip(),
            str(len(agent.messages)),
        ]


@workflow.defn
class Reentrant:
    """Two invocations of one agent at a time, as it is allowed to."""

    @workflow.run
    async def run(self) -> list[str]:
        mode = ConcurrentInvocationMode.UNSAFE_REENTRANT
        agent = TemporalAgent("scripted", concurrent_invocation_mode=mode, callback_handler=None)
        assert agent.concurrent_invocation_mode == mode
        return sorted(str(each).strip() for each in await asyncio.gather(*map(agent.invoke_async, ("a", "b"))))
