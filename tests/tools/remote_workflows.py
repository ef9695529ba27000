"""Agents whose tools are local activities, child workflows and Nexus operations."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta
from typing import Annotated, Any

import nexusrpc
import nexusrpc.handler
import pydantic
from strands.agent import AgentResult
from strands.hooks import BeforeToolCallEvent
from strands.interrupt import Interrupt, InterruptException
from temporalio import activity, nexus, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from strands_temporal import TemporalAgent
from strands_temporal.workflow import (
    activity_as_tool,
    child_workflow_as_tool,
    local_activity_as_hook,
    local_activity_as_tool,
    nexus_operation_as_tool,
)

ATTEMPTS: dict[str, int] = {}
HOOKED: dict[str, list[str]] = {}
BLOCKED: dict[str, asyncio.Event] = {}


@activity.defn
async def quick(text: str, times: int = 2) -> str:
    """Repeat a text.

    Args:
        text: What to repeat.
        times: How often.
    """
    return " ".join([text] * times) + (" locally" if activity.info().is_local else " remotely")


@activity.defn
def sometimes(kind: str) -> Any:
    """Work, fail or ask."""
    key = f"{activity.info().workflow_id}:{kind}"
    ATTEMPTS[key] = ATTEMPTS.get(key, 0) + 1
    if kind == "transient" and ATTEMPTS[key] < 3:
        raise ConnectionError("gone")
    if kind == "final":
        raise ApplicationError("no such thing", non_retryable=True)
    if kind == "asks" and ATTEMPTS[key] == 1:
        raise InterruptException(Interrupt(id="ask", name="approval", reason={"raw": b"\xff"}))
    return {"bytes": b"\xff", "attempts": ATTEMPTS[key]}


@activity.defn
async def note(name: str) -> None:
    """Note that a tool is called."""
    HOOKED.setdefault(activity.info().workflow_id or "", []).append(f"{name} {activity.info().is_local}")


@activity.defn
async def unregistered() -> None:
    """No worker has it."""


@workflow.defn
class UsesLocal:
    """Has local activities as tools and as a hook."""

    @workflow.run
    async def run(self) -> list[Any]:
        policy = RetryPolicy(initial_interval=timedelta(milliseconds=5))
        agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            tools=[
                local_activity_as_tool(quick),
                local_activity_as_tool(sometimes, retry_policy=policy),
                local_activity_as_tool(unregistered, start_to_close_timeout=timedelta(seconds=5)),
            ],
        )

        def name_of(event: BeforeToolCallEvent) -> str:
            return event.tool_use["name"]

        hook = local_activity_as_hook(note, activity_input=name_of)
        agent.hooks.add_callback(BeforeToolCallEvent, hook)
        result = await agent.invoke_async("go")
        seen: list[Any] = []
        for each in result.interrupts or ():
            seen.append([each.id, str(each.reason)])
            result = await agent.invoke_async([{"interruptResponse": {"interruptId": each.id, "response": "yes"}}])
        return [*seen, str(result).strip()]


class Order(pydantic.BaseModel):
    item: str
    number: int = pydantic.Field(1, ge=1, description="How many")


@dataclasses.dataclass
class Price:
    item: str
    total: float


@workflow.defn
class Buy:
    """Buys something, in a workflow of its own."""

    @workflow.run
    async def run(self, order: Order, note: Annotated[str, "For the shop"] = "none") -> Price:
        assert isinstance(order, Order)
        if order.item == "nothing":
            raise ApplicationError("the shop has no nothing")
        if order.item == "slow":
            await workflow.execute_activity(
                block, start_to_close_timeout=timedelta(seconds=20), heartbeat_timeout=timedelta(seconds=2)
            )
        if order.item == "activity":
            await workflow.execute_activity(sometimes, "final", start_to_close_timeout=timedelta(seconds=5))
        return Price(f"{order.item} ({note})", order.number * 2.5)


@workflow.defn(name="asker")
class Asks:
    @workflow.run
    async def run(self, question: str) -> AgentResult:
        """Ask another agent.

        Args:
            question: What to ask.
        """
        return await TemporalAgent("other", callback_handler=None).invoke_async(question)


@activity.defn
async def block() -> None:
    """Wait until cancelled."""
    BLOCKED.setdefault(activity.info().workflow_id or "", asyncio.Event()).set()
    while True:
        activity.heartbeat()
        await asyncio.sleep(0.05)


@workflow.defn
class UsesChildren:
    """Has child workflows as tools."""

    @workflow.run
    async def run(self, child_id: str | None) -> str:
        agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            tools=[
                child_workflow_as_tool(Buy.run, id=child_id, execution_timeout=timedelta(seconds=20)),
                child_workflow_as_tool(Asks, name="ask_other"),
            ],
        )
        return str(await agent.invoke_async("go")).strip()


@nexusrpc.service
class Shop:
    price: nexusrpc.Operation[Order, Price]
    greet: nexusrpc.Operation[str, str]
    buy: nexusrpc.Operation[Order, Price]


@nexusrpc.handler.service_handler(service=Shop)
class ShopHandler:
    @nexusrpc.handler.sync_operation
    async def price(self, ctx: nexusrpc.handler.StartOperationContext, input: Order) -> Price:
        """Tell the price of an order."""
        if input.item == "nothing":
            raise nexusrpc.OperationError("nothing has no price", state=nexusrpc.OperationErrorState.FAILED)
        if input.item == "bad":
            raise nexusrpc.HandlerError("bad order", type=nexusrpc.HandlerErrorType.BAD_REQUEST)
        return Price(input.item, input.number * 1.5)

    @nexusrpc.handler.sync_operation
    async def greet(self, ctx: nexusrpc.handler.StartOperationContext, input: str) -> str:
        return f"hello {input}"

    @nexus.workflow_run_operation
    async def buy(self, ctx: nexus.WorkflowRunOperationContext, input: Order) -> nexus.WorkflowHandle[Price]:
        return await ctx.start_workflow(Buy.run, args=[input, "nexus"], id=f"buy-{ctx.request_id}")


@workflow.defn
class UsesNexus:
    """Has Nexus operations as tools."""

    @workflow.run
    async def run(self, endpoint: str) -> str:
        tools = [
            nexus_operation_as_tool(ShopHandler.price, service=Shop, endpoint=endpoint),
            nexus_operation_as_tool(Shop.greet, service="Shop", endpoint=endpoint, description="Greet somebody."),
            nexus_operation_as_tool(
                Shop.buy,
                service=Shop,
                endpoint=endpoint,
                name="buy_it",
                description="Buy.",
                schedule_to_close_timeout=timedelta(seconds=15),
            ),
        ]
        agent = TemporalAgent("scripted", callback_handler=None, tools=tools)
        return str(await agent.invoke_async("go")).strip()


@workflow.defn
class MakesRemote:
    """Tries to make a tool, and tells what was refused."""

    @workflow.run
    async def run(self, kind: str) -> str:
        makers: dict[str, Any] = {
            "queue": lambda: local_activity_as_tool(quick, task_queue="q"),  # type: ignore[call-arg]
            "heartbeat": lambda: local_activity_as_hook(
                note,
                activity_input=str,
                heartbeat_timeout=timedelta(seconds=1),  # type: ignore[call-arg]
            ),
            "local type": lambda: local_activity_as_tool(quick, local_retry_threshold=5),  # type: ignore[arg-type]
            "local unknown": lambda: local_activity_as_tool(quick, retries=5),  # type: ignore[call-arg]
            "not local": lambda: activity_as_tool(quick, local_retry_threshold=timedelta(1)),  # type: ignore[call-arg]
            "no workflow": lambda: child_workflow_as_tool(quick),
            "cron": lambda: child_workflow_as_tool(Buy, cron_schedule="* * * * *"),  # type: ignore[call-arg]
            "child type": lambda: child_workflow_as_tool(Buy, run_timeout=3),  # type: ignore[arg-type]
            "operation": lambda: nexus_operation_as_tool("price", service=Shop, endpoint="e"),
            "description": lambda: nexus_operation_as_tool(Shop.price, service=Shop, endpoint="e"),
            "service": lambda: nexus_operation_as_tool(ShopHandler.price, service=Order, endpoint="e"),
            "endpoint": lambda: nexus_operation_as_tool(ShopHandler.price, service=Shop, endpoint=""),
            "nexus option": lambda: nexus_operation_as_tool(
                ShopHandler.price,
                service=Shop,
                endpoint="e",
                task_queue="q",  # type: ignore[call-arg]
            ),
        }
        try:
            makers[kind]()
        except ValueError as error:
            return str(error)
        return "made"
