"""Helpers for workflow code: activities as tools and hooks, approvals, long chats, and what a stream keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from strands.hooks import BaseHookEvent, HookCallback
from strands.types.tools import AgentTool
from typing_extensions import Unpack

from ._approvals.answers import ApprovalAnswer
from ._approvals.approvals import Approvals
from ._approvals.carried import carried_interrupts, restore_interrupts
from ._approvals.pending import PendingApproval
from ._call_options import (
    ChildWorkflowOptions,
    NexusOperationOptions,
    child_workflow_options,
    nexus_operation_options,
)
from ._child.agent import ChildAgent
from ._child.call import AgentCall, AgentReply
from ._errors import InvalidOptionError, named, refusing_wrong_arguments
from ._hooks.activity_hook import activity_hook
from ._long.state import AgentState
from ._long.turn import run_turn
from ._long.turns import Turns, TurnsState
from ._options import Activity, LocalActivityOptions, ToolActivityOptions
from ._runtime.activity_function import workflow_function, workflow_of
from ._runtime.tool_providers import are_several, listed
from ._streaming.delivered import truncate_stream
from ._tools.activity_tool import ActivityTool
from ._tools.child_workflow_tool import ChildWorkflowTool
from ._tools.existing_tool import ExistingTool
from ._tools.loaded import tools_of

__all__ = [
    "AgentCall",
    "AgentReply",
    "AgentState",
    "ApprovalAnswer",
    "Approvals",
    "PendingApproval",
    "Turns",
    "TurnsState",
    "activity_as_hook",
    "activity_as_tool",
    "agent_as_child_workflow",
    "carried_interrupts",
    "child_workflow_as_tool",
    "local_activity_as_hook",
    "local_activity_as_tool",
    "nexus_operation_as_tool",
    "restore_interrupts",
    "run_turn",
    "tool_as_activity",
    "tools_as_activities",
    "truncate_stream",
]

TEvent = TypeVar("TEvent", bound=BaseHookEvent)


@refusing_wrong_arguments
def activity_as_tool(activity_fn: Callable[..., Any], **options: Unpack[ToolActivityOptions]) -> AgentTool:
    """Make a Temporal activity a tool of an agent.

    The tool has the activity's name; its description and input schema come from the function's docstring and
    signature (pydantic models, dataclasses, defaults and `Annotated` included). A call is checked against the
    signature before the activity is scheduled. Results and errors of the activity go to the model; an
    `InterruptException` raised in it stops the agent for an answer.

    Args:
        activity_fn: A function or method decorated with `@activity.defn`, registered on a worker.
        **options: Options of `workflow.execute_activity`: `task_queue`, `schedule_to_close_timeout`,
            `schedule_to_start_timeout`, `start_to_close_timeout` (10 minutes where neither it nor
            `schedule_to_close_timeout` is given), `heartbeat_timeout`, `retry_policy`, `cancellation_type`,
            `activity_id`, `versioning_intent`, `summary`, `priority`.

    Returns:
        A tool for `TemporalAgent(tools=[...])`.

    Raises:
        InvalidOptionError: `activity_fn` is not an activity or has parameters a tool cannot have, or an option has a
            wrong name, type or value. It is a `ValueError`.
        InvalidArgumentError: An argument is missing or one too many. It is a `TypeError`.
    """
    return ActivityTool(activity_fn, Activity.of(options, owner="activity_as_tool"))


@refusing_wrong_arguments
def local_activity_as_tool(activity_fn: Callable[..., Any], **options: Unpack[LocalActivityOptions]) -> AgentTool:
    """Make a Temporal local activity a tool of an agent, for work of a few seconds at most.

    It is the tool of `activity_as_tool`, run on the workflow's own worker and recorded with the workflow's task: one
    event for each call. Where the worker is lost before that, the call is made again.

    Args:
        activity_fn: A function or method decorated with `@activity.defn`, registered on the workflow's own worker.
        **options: Options of `workflow.execute_local_activity`: `schedule_to_close_timeout`,
            `schedule_to_start_timeout`, `start_to_close_timeout` (1 minute where neither it nor
            `schedule_to_close_timeout` is given), `retry_policy`, `local_retry_threshold`, `cancellation_type`,
            `activity_id`, `summary`.

    Returns:
        A tool for `TemporalAgent(tools=[...])`.

    Raises:
        InvalidOptionError: As for `activity_as_tool`, or an option is not for local activities. It is a `ValueError`.
        InvalidArgumentError: An argument is missing or one too many. It is a `TypeError`.
    """
    return ActivityTool(activity_fn, Activity.of_local(options, owner="local_activity_as_tool"))


@refusing_wrong_arguments
def agent_as_child_workflow(
    workflow_run: Any,
    *,
    name: str,
    description: str | None = None,
    preserve_context: bool = False,
    **options: Unpack[ChildWorkflowOptions],
) -> ChildAgent:
    """Have an agent run in a workflow of its own, with its own history.

    What it returns is called, is a node of a graph, and a tool of an agent, as a `TemporalAgent` is; each call is a
    child workflow. What the agent asks a human stops the caller, and a child workflow goes on with the answers.

    Args:
        workflow_run: The run method of a workflow that takes an `AgentCall` and returns what `AgentCall.answer` gives,
            or its class, registered on a worker.
        name: Name of the agent.
        description: What it is for; a model reads it where the agent is its tool.
        preserve_context: Whether a call goes on with the conversation of the one before. Its messages then go to each
            child workflow and back.
        **options: Options of `workflow.execute_child_workflow`, but for `cron_schedule`.

    Returns:
        The agent, for `await agent.invoke_async(...)`, `GraphBuilder.add_node(agent, "id")` and
        `TemporalAgent(tools=[agent])`.

    Raises:
        InvalidOptionError: `workflow_run` is no workflow, or does not take and return these; or an option has a wrong
            name, type or value. It is a `ValueError`.
        InvalidArgumentError: An argument is missing or one too many. It is a `TypeError`.
    """
    owner = "agent_as_child_workflow"
    if not isinstance(name, str) or not name:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidOptionError(f"{owner}(name=...) takes the agent's name, not {named(name)}.")
    workflow_name = workflow_of(workflow_run, owner, AgentCall, AgentReply, "return await call.answer(agent)")
    return ChildAgent(workflow_name, name, description, preserve_context, child_workflow_options(options, owner=owner))


@refusing_wrong_arguments
def child_workflow_as_tool(
    workflow_run: Any,
    *,
    name: str | None = None,
    description: str | None = None,
    **options: Unpack[ChildWorkflowOptions],
) -> AgentTool:
    """Make a workflow a tool of an agent: each call is a child workflow with a history of its own.

    Args:
        workflow_run: The run method of a workflow, or its class, registered on a worker.
        name: Name of the tool; the workflow's by default.
        description: What the model reads of it; the docstring of the run method, or of the class, by default.
        **options: Options of `workflow.execute_child_workflow`, but for `cron_schedule`, whose runs have no end.

    Returns:
        A tool for `TemporalAgent(tools=[...])`. Its input schema comes from the run method's signature; its result and
        errors go to the model.

    Raises:
        InvalidOptionError: `workflow_run` is no workflow or has parameters a tool cannot have, or an option has a wrong
            name, type or value. It is a `ValueError`.
        InvalidArgumentError: An argument is missing or one too many. It is a `TypeError`.
    """
    owner = "child_workflow_as_tool"
    checked = child_workflow_options(options, owner=owner)
    return ChildWorkflowTool(workflow_function(workflow_run, owner), name, description, checked)


@refusing_wrong_arguments
def nexus_operation_as_tool(
    operation: Any,
    *,
    service: Any,
    endpoint: str,
    name: str | None = None,
    description: str | None = None,
    **options: Unpack[NexusOperationOptions],
) -> AgentTool:
    """Make a Nexus operation a tool of an agent.

    Args:
        operation: An operation of a class decorated with `@nexusrpc.service`, as `MyService.my_operation`, or a method
            decorated as a handler of one.
        service: The service's class, or its name.
        endpoint: Name of the Nexus endpoint.
        name: Name of the tool; the operation's by default.
        description: What the model reads of it; needed where `operation` is not a method with a docstring.
        **options: Options of `NexusClient.start_operation`: `schedule_to_close_timeout` (10 minutes by default),
            `cancellation_type`, `headers`, `summary`.

    Returns:
        A tool for `TemporalAgent(tools=[...])`. Its input schema is that of the operation's input type; an input that
        is no object has the one parameter `input`. Its result and errors go to the model.

    Raises:
        InvalidOptionError: An argument has a wrong type, there is no description, or an option has a wrong name, type
            or value. It is a `ValueError`.
        InvalidArgumentError: An argument is missing or one too many. It is a `TypeError`.
    """
    from ._tools.nexus_tool import NexusOperationTool

    checked = nexus_operation_options(options, owner="nexus_operation_as_tool")
    return NexusOperationTool(operation, service, endpoint, name, description, checked)


@refusing_wrong_arguments
def tool_as_activity(tool: Any, **options: Unpack[ToolActivityOptions]) -> AgentTool:
    """Have an existing tool of Strands run as an activity.

    The model sees the tool's own name, description and input schema, and its result, as where it runs without Temporal.
    The tool is registered by `StrandsPlugin(tools=[...])` on the worker that runs it. Progress that it streams is not
    carried.

    Args:
        tool: A `@tool` function, a module with one tool, such as `strands_tools.http_request`, or the name of a tool
            that the workflow's own worker has in its `StrandsPlugin(tools=[...])`, which saves the import.
        **options: Options of `workflow.execute_activity`, the same as of `activity_as_tool`. `start_to_close_timeout`
            is 10 minutes where neither it nor `schedule_to_close_timeout` is given, and `heartbeat_timeout` 30 seconds:
            the activity makes heartbeats by itself.

    Returns:
        A tool for `TemporalAgent(tools=[...])`.

    Raises:
        InvalidOptionError: `tool` is no tool, cannot run in an activity, as it needs the agent, or is several; the
            worker has none of that name; or an option has a wrong name, type or value. It is a `ValueError`.
        InvalidArgumentError: An argument is missing or one too many. It is a `TypeError`.
    """
    made = _existing_tools(tool, options, "tool_as_activity")
    if len(made) != 1:
        raise InvalidOptionError(
            f"tool_as_activity takes one tool, and {named(tool)} has {len(made)}: "
            f"{', '.join(each.tool_name for each in made) or 'none'}. Write tools_as_activities([...]) for all of them."
        )
    return made[0]


@refusing_wrong_arguments
def tools_as_activities(tools: Iterable[Any], **options: Unpack[ToolActivityOptions]) -> list[AgentTool]:
    """Have existing tools of Strands run as activities, with the same options.

    Args:
        tools: What `tool_as_activity` takes, modules with several tools, and lists or other iterables of these.
        **options: The same as of `tool_as_activity`.

    Returns:
        Tools for `TemporalAgent(tools=[...])`.

    Raises:
        InvalidOptionError: As for `tool_as_activity`, or two tools have one name. It is a `ValueError`.
        InvalidArgumentError: An argument is missing or one too many. It is a `TypeError`.
    """
    made = _existing_tools(tools, options, "tools_as_activities")
    names = [each.tool_name for each in made]
    if twice := {name for name in names if names.count(name) > 1}:
        raise InvalidOptionError(f"tools_as_activities was given two tools of one name: {', '.join(sorted(twice))}.")
    return made


def _existing_tools(given: Any, options: Mapping[str, Any], owner: str) -> list[AgentTool]:
    if are_several(given):
        return [tool for each in listed(given) for tool in _existing_tools(each, options, owner)]
    checked = Activity.of(options, owner=owner)
    if isinstance(given, str):
        return [ExistingTool(given, None, checked)]
    return [ExistingTool(tool.tool_name, tool.tool_spec, checked) for tool in tools_of(given, owner)]


@refusing_wrong_arguments
def activity_as_hook(
    activity_fn: Callable[..., Any],
    *,
    activity_input: Callable[[TEvent], Any],
    **options: Unpack[ToolActivityOptions],
) -> HookCallback[TEvent]:
    """Make a Temporal activity a hook of an agent, for callbacks that do I/O.

    Each time the event fires, the activity runs, and the agent goes on when it has ended. What it returns is not used.
    If it fails for good, that is an exception in a hook, which fails the workflow.

    Args:
        activity_fn: A function or method decorated with `@activity.defn` that takes one argument or none, registered
            on a worker.
        activity_input: A plain function of the event that returns the activity's argument: one value, for several a
            dataclass or a pydantic model, or None. Events themselves hold the agent, and cannot leave the workflow.
        **options: Options of `workflow.execute_activity`, the same as of `activity_as_tool`; `start_to_close_timeout`
            is 10 minutes where neither it nor `schedule_to_close_timeout` is given.

    Returns:
        A callback for `HookRegistry.add_callback` and `agent.add_hook`, for every event but `AgentInitializedEvent`,
        which Strands fires where nothing can be awaited.

    Raises:
        InvalidOptionError: `activity_fn` is not an activity or needs several arguments, `activity_input` is not a
            plain function of one argument, or an option has a wrong name, type or value. It is a `ValueError`.
        InvalidArgumentError: An argument is missing or one too many. It is a `TypeError`.
    """
    return activity_hook(activity_fn, activity_input, Activity.of(options, owner="activity_as_hook"))


@refusing_wrong_arguments
def local_activity_as_hook(
    activity_fn: Callable[..., Any],
    *,
    activity_input: Callable[[TEvent], Any],
    **options: Unpack[LocalActivityOptions],
) -> HookCallback[TEvent]:
    """Make a Temporal local activity a hook of an agent, for callbacks of a few seconds at most.

    It is the callback of `activity_as_hook`, run on the workflow's own worker.

    Args:
        activity_fn: As for `activity_as_hook`, registered on the workflow's own worker.
        activity_input: As for `activity_as_hook`.
        **options: The same as of `local_activity_as_tool`.

    Returns:
        A callback, as of `activity_as_hook`.

    Raises:
        InvalidOptionError: As for `activity_as_hook`, or an option is not for local activities. It is a `ValueError`.
        InvalidArgumentError: An argument is missing or one too many. It is a `TypeError`.
    """
    return activity_hook(activity_fn, activity_input, Activity.of_local(options, owner="local_activity_as_hook"))
