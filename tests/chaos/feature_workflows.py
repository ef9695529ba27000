"""One workflow for each feature whose worker is killed; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import nexusrpc
import nexusrpc.handler
import pydantic
from strands import Agent, tool
from strands.hooks import BeforeToolCallEvent
from strands.memory import ExtractionConfig, IntervalTrigger, MemoryManager, ModelExtractor
from strands.types.content import Message
from strands.vended_interventions.cedar import CedarAuthorization
from strands.vended_plugins.context_offloader import ContextOffloader
from strands.vended_plugins.goal import GoalLoop, JudgeConfig
from strands.vended_plugins.skills import AgentSkills, Skill
from strands.vended_plugins.steering import LLMSteeringHandler
from strands.vended_tools import handoff_to_user
from strands.vended_tools.subagent import make_subagent
from temporalio import activity, nexus, workflow
from temporalio.common import RetryPolicy

from strands_temporal import TemporalAgent, TemporalMemoryStore, TemporalModel, TemporalSandbox, TemporalStorage
from strands_temporal.workflow import (
    AgentCall,
    AgentReply,
    activity_as_tool,
    agent_as_child_workflow,
    child_workflow_as_tool,
    local_activity_as_hook,
    local_activity_as_tool,
    nexus_operation_as_tool,
)

with workflow.unsafe.imports_passed_through():
    from .steps import step

TASK = timedelta(seconds=3)
"""How long a workflow task is waited for whose worker is gone."""

AGAIN: dict[str, Any] = {
    "heartbeat_timeout": timedelta(seconds=3),
    "retry_policy": RetryPolicy(initial_interval=timedelta(milliseconds=50), backoff_coefficient=1),
}
"""Options of activities, for which a killed worker is not waited for long."""


def agent(model: str, **options: Any) -> TemporalAgent:
    """An agent that nobody listens to."""
    return TemporalAgent(model, callback_handler=None, **AGAIN, **options)


async def said(to: Agent, prompt: str = "go", **options: Any) -> str:
    """What an agent answers."""
    return str(await to.invoke_async(prompt, **options)).strip()


def step_of_workflow(word: str) -> None:
    """Begin a step in workflow code, which a replay does not."""
    if not workflow.unsafe.is_replaying():
        step(word)


@activity.defn
async def work(word: str) -> str:
    """Do something.

    Args:
        word: What.
    """
    step(f"work {word}")
    return f"{word} is done"


@activity.defn
async def note(name: str) -> None:
    """Note something."""
    step(f"note {name}")


@workflow.defn
class Local:
    """Local activities as a tool and as a hook."""

    @workflow.run
    async def run(self) -> str:
        worker = agent("local", tools=[local_activity_as_tool(work)])

        def word_of(event: BeforeToolCallEvent) -> str:
            return event.tool_use["input"]["word"]

        worker.hooks.add_callback(BeforeToolCallEvent, local_activity_as_hook(note, activity_input=word_of))
        return await said(worker)


class Order(pydantic.BaseModel):
    item: str


@workflow.defn
class Buy:
    """Buys something, in a workflow of its own."""

    @workflow.run
    async def run(self, order: Order) -> str:
        done: list[str] = []
        for word in ("reserve", "pay"):
            step_of_workflow(f"now {word}")
            done.append(
                await workflow.execute_activity(
                    work, f"{word} {order.item}", start_to_close_timeout=timedelta(seconds=20), **AGAIN
                )
            )
        return ", ".join(done)


@workflow.defn
class ChildTool:
    """A child workflow as a tool."""

    @workflow.run
    async def run(self) -> str:
        return await said(agent("buyer", tools=[child_workflow_as_tool(Buy, name="buy", task_timeout=TASK)]))


@workflow.defn
class Helper:
    """An agent in a workflow of its own."""

    @workflow.run
    async def run(self, call: AgentCall) -> AgentReply:
        return await call.answer(agent("helper", tools=[activity_as_tool(work, **AGAIN)]))


@workflow.defn
class ChildAgents:
    """An agent in a child workflow, called twice in one conversation, and as a tool."""

    @workflow.run
    async def run(self) -> list[str]:
        helper: Any = agent_as_child_workflow(Helper, name="helper", preserve_context=True, task_timeout=TASK)
        called = [str(await helper.invoke_async(prompt)).strip() for prompt in ("first", "second")]
        as_tool = agent_as_child_workflow(Helper, name="helper", description="Helps.", task_timeout=TASK)
        return [*called, await said(agent("boss", tools=[as_tool]))]


@nexusrpc.service
class Shop:
    price: nexusrpc.Operation[Order, str]
    buy: nexusrpc.Operation[Order, str]


@nexusrpc.handler.service_handler(service=Shop)
class ShopHandler:
    """One operation is an answer, the other a workflow."""

    @nexusrpc.handler.sync_operation
    async def price(self, ctx: nexusrpc.handler.StartOperationContext, input: Order) -> str:
        step(f"price {input.item}")
        return f"{input.item} costs 2"

    @nexus.workflow_run_operation
    async def buy(self, ctx: nexus.WorkflowRunOperationContext, input: Order) -> nexus.WorkflowHandle[str]:
        return await ctx.start_workflow(Buy.run, input, id=f"buy-{ctx.request_id}", task_timeout=TASK)


@workflow.defn
class NexusTool:
    """Nexus operations as tools, served by the worker that calls them."""

    @workflow.run
    async def run(self, endpoint: str) -> str:
        options: dict[str, Any] = {"service": Shop, "endpoint": endpoint}
        tools = [
            nexus_operation_as_tool(Shop.price, description="Tell the price.", **options),
            nexus_operation_as_tool(Shop.buy, description="Buy.", **options),
        ]
        return await said(agent("customer", tools=tools))


@workflow.defn
class JudgedGoal:
    """A goal that another model judges."""

    @workflow.run
    async def run(self) -> list[Any]:
        goal = GoalLoop("It is perfect.", judge=JudgeConfig(model=TemporalModel("judge", **AGAIN)), max_attempts=5)
        return await reached(goal)


@workflow.defn
class CheckedGoal:
    """A goal that the workflow's own code checks; each attempt begins anew."""

    @workflow.run
    async def run(self) -> list[Any]:
        tries: list[str] = []

        def check(response: Message, agent: Agent, **kwargs: Any) -> Any:
            tries.append(str(response["content"]))
            step_of_workflow(f"check {len(tries)}")
            return {"passed": len(tries) == 3, "feedback": f"not yet, it is {len(tries)}"}

        return await reached(GoalLoop(check, max_attempts=5, preserve_context=False))


async def reached(goal: GoalLoop) -> list[Any]:
    """What an agent says in the end, and what its attempts were found."""
    trier = agent("trier", plugins=[goal])
    text = await said(trier)
    result = goal.last_result(trier)
    assert result is not None
    return [text, result.stop_reason, [[each.passed, each.feedback] for each in result.attempts]]


@workflow.defn
class Skilled:
    """Skills, in memory or in files of a sandbox."""

    @workflow.run
    async def run(self, in_sandbox: bool) -> str:
        options: dict[str, Any] = {"tools": [activity_as_tool(work, **AGAIN)]}
        if in_sandbox:
            options["sandbox"] = TemporalSandbox("box", **AGAIN)
            skills = AgentSkills(skills=["skills"])
        else:
            skills = AgentSkills(skills=[Skill.from_content(SKILL)])
        return await said(agent("skilled", plugins=[skills], **options))


SKILL = "---\nname: greeting\ndescription: how to greet\n---\nSay: well met.\n"


@tool
def look() -> str:
    """Look at something that has much to it."""
    return " ".join(str(number) for number in range(200))


@workflow.defn
class Offloaded:
    """What a tool gives is put away in a storage of the worker, and looked up there."""

    @workflow.run
    async def run(self) -> str:
        plugin = ContextOffloader(storage=TemporalStorage("storage", **AGAIN), max_result_tokens=100, preview_tokens=20)
        return await said(agent("looker", tools=[look], plugins=[plugin]))


@tool
def delete(path: str) -> str:
    """Delete something.

    Args:
        path: What.
    """
    return f"{path} is deleted"


POLICIES = """
permit(principal == User::"ann", action, resource) when { context.session.call_count <= 2 };
forbid(principal, action, resource) when { context.input has path && context.input.path like "/etc*" };
"""


@workflow.defn
class Authorized:
    """Policies that count the calls."""

    @workflow.run
    async def run(self) -> list[Any]:
        asked: list[str] = []

        def principal(state: Any) -> dict[str, str]:
            asked.append(state["user"])
            step_of_workflow(f"policy {len(asked)}")
            return {"type": "User", "id": state["user"]}

        cedar = CedarAuthorization(policies=POLICIES, principal_resolver=principal)
        deletes = agent("deletes", tools=[delete], interventions=[cedar])
        return [await said(deletes, invocation_state={"user": "ann"}), deletes.state.get()]


@workflow.defn
class Steered:
    """Another model judges each call."""

    @workflow.run
    async def run(self) -> str:
        steering = LLMSteeringHandler("Judge.", model=TemporalModel("steering", **AGAIN))
        return await said(agent("deletes", tools=[delete], plugins=[steering]))


@workflow.defn
class Delegates:
    """Strands' own tool makes an agent at run time."""

    @workflow.run
    async def run(self) -> str:
        return await said(agent("delegates", tools=[make_subagent(), activity_as_tool(work, **AGAIN)]))


@workflow.defn
class Remembers:
    """What was said is searched for before each turn, and saved as the workflow ends."""

    @workflow.run
    async def run(self) -> str:
        extractor = ModelExtractor(model=TemporalModel("extractor", **AGAIN))
        extraction = ExtractionConfig(trigger=IntervalTrigger(turns=100), extractor=extractor)
        store = TemporalMemoryStore("notes", writable=True, extraction=extraction, **AGAIN)
        return await said(agent("rememberer", memory_manager=MemoryManager(stores=[store])))


async def until_the_agent_waits() -> None:
    """Until the model has answered a second time, and the workflow has nothing left to do."""
    workflow_id = activity.info().workflow_id
    assert workflow_id is not None
    while True:
        events = (await activity.client().get_workflow_handle(workflow_id).fetch_history()).events
        scheduled = [e.activity_task_scheduled_event_attributes.activity_type.name for e in events]
        answered = sum(event.HasField("activity_task_completed_event_attributes") for event in events)
        waits = events[-1].HasField("workflow_task_completed_event_attributes")
        if scheduled.count("invoke_model") == 2 and answered == sum(map(bool, scheduled)) - 1 and waits:
            return
        activity.heartbeat()
        await asyncio.sleep(0.02)


@activity.defn
async def report(topic: str) -> str:
    """Write a report.

    Args:
        topic: What it is about.
    """
    await until_the_agent_waits()
    step(f"report {topic}")
    return f"a report on {topic}"


@workflow.defn
class Background:
    """An agent that goes on while its tool runs."""

    @workflow.run
    async def run(self) -> str:
        return await said(
            agent("reads", tools=[activity_as_tool(report, **AGAIN)], background_tasks={"always": ["report"]})
        )


@workflow.defn
class HandsOff:
    """An agent that asks a human, whose answer is a signal."""

    def __init__(self) -> None:
        self.question: str | None = None
        self.answer: str | None = None

    @workflow.query
    def asks(self) -> str | None:
        return self.question

    @workflow.signal
    def say(self, answer: str) -> None:
        self.answer = answer

    @workflow.run
    async def run(self) -> str:
        painter = agent("painter", tools=[handoff_to_user])
        result = await painter.invoke_async("go")
        asked = next(iter(result.interrupts or ()))
        step_of_workflow("asked")
        self.question = asked.reason
        await workflow.wait_condition(lambda: self.answer is not None)
        step_of_workflow("answered")
        return str(
            await painter.invoke_async([{"interruptResponse": {"interruptId": asked.id, "response": self.answer}}])
        ).strip()


ACTIVITIES = [work, note, report]
