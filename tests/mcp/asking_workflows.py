"""Workflows whose agents use servers that ask, and servers of tenants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

from strands_temporal import TemporalAgent, TemporalMCPClient
from strands_temporal._errors import InterruptResponseError
from strands_temporal.workflow import Approvals, carried_interrupts, restore_interrupts

QUICKLY = RetryPolicy(initial_interval=timedelta(milliseconds=50), backoff_coefficient=1)


def asking(
    messages: Any = None, hooks: Any = None, name: str | None = None, system_prompt: str | None = None, **options: Any
) -> TemporalAgent:
    """An agent with a server whose questions are interrupts."""
    options.setdefault("elicitation", "interrupt")
    client = TemporalMCPClient(
        "asking",
        start_to_close_timeout=timedelta(seconds=20),
        heartbeat_timeout=timedelta(seconds=2),
        retry_policy=QUICKLY,
        **options,
    )
    return TemporalAgent(
        "scripted",
        tools=[client],
        messages=messages,
        callback_handler=None,
        hooks=hooks,
        name=name,
        system_prompt=system_prompt,
    )


@workflow.defn
class Asked:
    """Answers the questions of a server by a list; tells what was asked, and what was wrong with an answer."""

    @workflow.run
    async def run(self, answers: list[Any], options: dict[str, Any]) -> list[Any]:
        agent = asking(**options)
        asked: list[Any] = []
        result = await agent.invoke_async("go")
        while result.stop_reason == "interrupt":
            questions: Any = result.interrupts
            asked.append([[each.id, each.name, each.reason] for each in questions])
            responses: list[Any] = [
                {"interruptResponse": {"interruptId": each.id, "response": answers.pop(0)}} for each in questions
            ]
            try:
                result = await agent.invoke_async(responses)
            except InterruptResponseError as error:
                asked.append(str(error))
        return [str(result).strip(), asked]


@workflow.defn
class Approved:
    """`Approvals` let a client answer the questions of a server."""

    @workflow.init
    def __init__(self, deadline_seconds: float | None = None) -> None:
        deadline = None if deadline_seconds is None else timedelta(seconds=deadline_seconds)
        self.approvals = Approvals(deadline=deadline, default="approve")
        self.agent = asking(hooks=[self.approvals])

    @workflow.run
    async def run(self, deadline_seconds: float | None = None) -> str:
        return str(await self.approvals.run(self.agent, "go")).strip()


@workflow.defn
class SubAgentAsked:
    """An agent whose tool is an agent that uses a server; a client answers what the server asks."""

    def __init__(self) -> None:
        self.approvals = Approvals()
        clerk = asking(hooks=[self.approvals], name="clerk", system_prompt="clerk")
        tools: list[Any] = [clerk.as_tool(name="clerk", description="Book rooms.")]
        self.agent = TemporalAgent("scripted", tools=tools, callback_handler=None, hooks=[self.approvals])

    @workflow.run
    async def run(self) -> str:
        return str(await self.approvals.run(self.agent, "go")).strip()


@workflow.defn
class Carried:
    """Continues as new after each answer, while a call waits for the next."""

    @workflow.run
    async def run(self, answers: list[Any], messages: Any = None, carried: Any = None) -> str:
        agent = asking(messages)
        restore_interrupts(agent, carried)
        prompt: Any = "go"
        if carried is not None:
            waiting = [each for each in carried["state"]["interrupts"].values() if each["response"] is None]
            response = {"interruptId": waiting[0]["id"], "response": answers.pop(0)}
            prompt = [{"interruptResponse": response}]
        result = await agent.invoke_async(prompt)
        if result.stop_reason == "interrupt":
            workflow.continue_as_new(args=[answers, agent.messages, carried_interrupts(agent)])
        return str(result).strip()


@workflow.defn
class OfTenant:
    """One agent of one tenant."""

    @workflow.run
    async def run(self, context: dict[str, Any] | None, options: dict[str, Any]) -> str:
        seconds = timedelta(seconds=options.pop("seconds", 20))
        client = TemporalMCPClient(
            "tenants",
            context=context,
            start_to_close_timeout=seconds,
            heartbeat_timeout=timedelta(seconds=1),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=3),
            **options,
        )
        agent = TemporalAgent("scripted", tools=[client], callback_handler=None)
        return str(await agent.invoke_async("go")).strip()


@workflow.defn
class ReadsOfTenant:
    """What the server of one tenant has beside tools."""

    @workflow.run
    async def run(self, tenant: str) -> list[Any]:
        client = TemporalMCPClient("tenants", context={"tenant": tenant})
        prompts, resources = await client.list_prompts(), await client.list_resources()
        prompt: Any = (await client.get_prompt("greet", {"name": "Ada"})).messages[0].content
        found: Any = (await client.read_resource(f"notes://{tenant}/today")).contents[0]
        names = [each.name for each in prompts.prompts]
        return [names, prompt.text, [str(each.uri) for each in resources.resources], found.text]


@workflow.defn
class TwoTurnsOfTenant:
    """A chat of two turns."""

    def __init__(self) -> None:
        self.agent: TemporalAgent | None = None
        self.turns = 0

    @workflow.run
    async def run(self, context: dict[str, Any]) -> None:
        tenants = TemporalMCPClient("tenants", context=context, start_to_close_timeout=timedelta(seconds=20))
        self.agent = TemporalAgent("scripted", tools=[tenants], callback_handler=None)
        await workflow.wait_condition(lambda: self.turns == 2 and workflow.all_handlers_finished())

    @workflow.update
    async def turn(self, prompt: str) -> str:
        await workflow.wait_condition(lambda: self.agent is not None)
        assert self.agent is not None
        self.turns += 1
        return str(await self.agent.invoke_async(prompt)).strip()
