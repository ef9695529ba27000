"""Activity hooks of every kind, right and wrong; loaded in the sandbox without import guards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from strands.hooks import (
    AfterInvocationEvent,
    AfterToolCallEvent,
    BeforeInvocationEvent,
)
from temporalio import activity, workflow
from temporalio.common import Priority, RawValue, RetryPolicy

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_hook

from .hook_activities import (
    Call,
    Log,
    Pair,
    count_letters,
    keep_list,
    keep_maybe,
    keep_model,
    keep_nothing,
    keep_pair,
    keep_result,
    keep_sync,
    keep_text,
    waits,
)

HOOK: Any = activity_as_hook


def input_kinds() -> dict[str, Any]:
    """One hook for each kind of input."""

    def typed(event: AfterToolCallEvent) -> str:
        return event.tool_use["name"]

    return {
        "text": activity_as_hook(keep_text, activity_input=typed),
        "model": HOOK(keep_model, activity_input=lambda event: Call(tool=event.tool_use["name"], words=["a", "b"])),
        "dataclass": HOOK(keep_pair, activity_input=lambda event: Pair(1, {"nested": [event.result]})),
        "result": HOOK(keep_result, activity_input=lambda event: event.result),
        "list": activity_as_hook(keep_list, activity_input=lambda event: ["x", "y"]),
        "tuple": activity_as_hook(keep_list, activity_input=lambda event: ("x", "y")),
        "none": activity_as_hook(keep_maybe, activity_input=lambda event: None),
        "nothing": activity_as_hook(keep_nothing, activity_input=lambda event: None),
        "sync and renamed": activity_as_hook(keep_sync, activity_input=lambda event: 7),
        "method": activity_as_hook(Log.keep_method, activity_input=lambda event: "of a method"),
    }


@workflow.defn
class HookInputs:
    """Runs one hook after a tool call."""

    @workflow.run
    async def run(self, kind: str) -> str:
        agent = TemporalAgent("scripted", callback_handler=None, tools=[count_letters])
        hook = input_kinds()[kind]
        if kind == "text":
            agent.add_hook(hook)  # the event's type is that of activity_input's parameter
        else:
            agent.add_hook(hook, AfterInvocationEvent if kind == "result" else AfterToolCallEvent)
        return str(await agent.invoke_async("go")).strip()


@workflow.defn
class HookOptions:
    """Gives a hook all options, and another one none."""

    @workflow.run
    async def run(self) -> str:
        agent = TemporalAgent("scripted", callback_handler=None)
        options: Any = {
            "task_queue": workflow.info().task_queue,
            "schedule_to_close_timeout": timedelta(seconds=50),
            "schedule_to_start_timeout": timedelta(seconds=40),
            "start_to_close_timeout": timedelta(seconds=30),
            "heartbeat_timeout": timedelta(seconds=20),
            "retry_policy": RetryPolicy(maximum_attempts=3),
            "cancellation_type": workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            "activity_id": "the-audit",
            "summary": "Audit",
            "priority": Priority(priority_key=2),
        }
        agent.add_hook(activity_as_hook(keep_text, activity_input=lambda _: "all", **options), BeforeInvocationEvent)
        agent.add_hook(activity_as_hook(keep_maybe, activity_input=lambda _: "none"), AfterInvocationEvent)
        return str(await agent.invoke_async("go")).strip()


@activity.defn
async def two_arguments(first: str, second: str) -> None: ...


@activity.defn(dynamic=True)
async def dynamic(args: Sequence[RawValue]) -> None: ...


async def not_an_activity(text: str) -> None: ...


async def async_input(event: Any) -> str:
    return "text"


MISTAKES: dict[str, Callable[[], Any]] = {
    "no activity": lambda: HOOK(not_an_activity, activity_input=lambda event: "x"),
    "no function": lambda: HOOK("keep_text", activity_input=lambda event: "x"),
    "dynamic activity": lambda: HOOK(dynamic, activity_input=lambda event: "x"),
    "two arguments": lambda: HOOK(two_arguments, activity_input=lambda event: ("x", "y")),
    "no activity_input": lambda: HOOK(keep_text),
    "positional activity_input": lambda: HOOK(keep_text, lambda event: "x"),
    "activity_input is a value": lambda: HOOK(keep_text, activity_input="x"),
    "activity_input is async": lambda: HOOK(keep_text, activity_input=async_input),
    "activity_input without parameter": lambda: HOOK(keep_text, activity_input=lambda: "x"),
    "no event type": lambda: TemporalAgent("scripted", hooks=[HOOK(keep_text, activity_input=lambda event: "x")]),
    "unknown option": lambda: HOOK(keep_text, activity_input=lambda event: "x", timeout=3),
    "wrong option": lambda: HOOK(keep_text, activity_input=lambda event: "x", start_to_close_timeout=3),
}


@workflow.defn
class HookMistake:
    @workflow.init
    def __init__(self, mistake: str, where: str) -> None:
        if where == "init":
            MISTAKES[mistake]()

    @workflow.run
    async def run(self, mistake: str, where: str) -> None:
        MISTAKES[mistake]()


INPUT_MISTAKES: dict[str, Callable[[Any], Any]] = {
    "event": lambda event: event,
    "event in a list": lambda event: ["x", event],
    "event in a dataclass": lambda event: Pair("x", event),
    "agent in a dict": lambda event: {"who": event.agent},
    "tool": lambda event: event.selected_tool,
    "invocation_state": lambda event: event.invocation_state,
    "unknown object": lambda event: object(),
    "object beside bytes": lambda event: {"raw": b"\xff", "other": object()},
    "what holds itself": lambda event: (items := list[Any](), items.append(items), items)[-1],
    "error in activity_input": lambda event: event.tool_use["no such key"],
    "too large": lambda event: "x" * 100_000,
}


@workflow.defn
class HookInputMistake:
    @workflow.run
    async def run(self, mistake: str) -> str:
        agent = TemporalAgent("scripted", name="audited", callback_handler=None, tools=[count_letters])
        agent.add_hook(activity_as_hook(keep_sync, activity_input=INPUT_MISTAKES[mistake]), AfterToolCallEvent)
        return str(await agent.invoke_async("go"))


@workflow.defn
class ValueForNoParameter:
    @workflow.run
    async def run(self) -> str:
        agent = TemporalAgent("scripted", name="audited", callback_handler=None)
        agent.add_hook(activity_as_hook(keep_nothing, activity_input=lambda event: "x"), BeforeInvocationEvent)
        return str(await agent.invoke_async("go"))


@workflow.defn
class WaitsInAHook:
    @workflow.run
    async def run(self) -> str:
        hook = activity_as_hook(
            waits,
            activity_input=lambda event: "x",
            heartbeat_timeout=timedelta(seconds=2),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        agent = TemporalAgent("scripted", callback_handler=None, tools=[count_letters])
        agent.add_hook(hook, AfterToolCallEvent)
        return str(await agent.invoke_async("go"))
