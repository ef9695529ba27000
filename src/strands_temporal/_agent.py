"""TemporalAgent: a Strands agent whose model, tools and loop fit a workflow."""

from __future__ import annotations

import weakref
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, TypeVar, cast

from pydantic import BaseModel
from strands import Agent
from strands.agent.conversation_manager import NullConversationManager
from strands.experimental.checkpoint import Checkpoint
from strands.handlers.callback_handler import PrintingCallbackHandler
from strands.types.agent import AgentInput
from temporalio import workflow

from . import _agent_errors
from ._approvals.gate import gate
from ._approvals.responses import check_responses
from ._details import ShownAgent
from ._direct_calls import DirectCalls
from ._errors import InvalidOptionError, UnsupportedFeatureError, named
from ._mcp.agent_servers import AgentServers
from ._model.facts import ModelFacts
from ._model.temporal_model import check_name, for_calls
from ._model.workflow_model import WorkflowModel
from ._options import Activity, ActivityOptions
from ._runtime.bounded_metrics import bound_metrics
from ._runtime.bridge import refuse_sync_call, refuse_without_plugin
from ._runtime.callers import called_from_strands
from ._runtime.counted_once import CountedOnce
from ._runtime.current_details import shown_agents
from ._runtime.failed_spans import in_agent
from ._runtime.inline_io import refuse_inline_io
from ._runtime.interrupt_state import InterruptState
from ._runtime.observers import count_is_observed
from ._runtime.read_only import refuse_in_read_only
from ._runtime.tool_middleware import wrap_tool_calls
from ._sandbox.no_sandbox import NoSandbox, check_sandbox
from ._streaming.agent_events import AgentEvents
from ._streaming.options import Streaming
from ._tools.crossing import recordable, refusing
from ._tools.known import check_in_workflow

T = TypeVar("T", bound=BaseModel)

_SNAPSHOTS = (
    "TemporalAgent.{0}() is not supported: the workflow's history already keeps the agent's state, at every step. "
    "To carry a conversation into a new run, pass agent.messages to continue-as-new and TemporalAgent(messages=...)."
)


class TemporalAgent(Agent):
    """A Strands `Agent` for Temporal workflows: its model and tool calls are recorded steps.

    It takes what `Agent` takes and the activity options of its model calls. `agent(...)` and
    `await agent.invoke_async(...)` both work; a worker with `StrandsPlugin` runs the model.

    Attributes:
        paused_at: Where `strands_temporal.workflow.run_turn` has stopped the agent in a turn; None between turns.
    """

    paused_at: Checkpoint | None = None
    _servers: AgentServers | None = None

    def __init__(self, model: str | None = None, *args: Any, **kwargs: Any) -> None:
        """Create an agent; nothing is called before its first invocation.

        Args:
            model: Name of a model in the worker's `StrandsPlugin(models=...)`. May be left out where the plugin names
                no models: then Strands' default model is called.
            *args: Further positional arguments of Strands' `Agent`.
            **kwargs: Options of the model calls' activity, and every other keyword of Strands' `Agent`, whose
                `aux_model` is a name too, called with the same options, or a `TemporalModel`. The options are
                `task_queue`, `schedule_to_close_timeout`, `schedule_to_start_timeout`, `start_to_close_timeout` (10
                minutes where neither it nor `schedule_to_close_timeout` is given), `heartbeat_timeout` (30 seconds
                where a call may take longer than a minute), `retry_policy`, `cancellation_type`, `versioning_intent`,
                `summary`, `priority`. Also `max_metrics_invocations`: how many of its latest invocations
                `agent.event_loop_metrics` keeps with their cycles and traces; all by default, which is some 2 KB of
                memory for each turn of a chat. Its sums stay complete. And what clients see while the agent works
                (docs/streaming.md): `streaming_topic`, the topic of the workflow's `WorkflowStream` to which the events
                of its model calls are published, none by default; `streaming_batch_interval`, a timedelta between two
                batches of them, by default 100 ms, growing with the reply to 2 s at most; `streaming_raw_events`, True
                for every event of the model as it is, where by default adjacent deltas are one event;
                `streaming_tool_events` and `streaming_result`, True to publish tool calls and the result there too;
                `live_text`, True or a timedelta between two updates (100 ms), for clients that read
                `strands_temporal.live_text`.

        Raises:
            InvalidOptionError: `model` is not a name, an option has a wrong type or value, or `retry_strategy` is
                given: Temporal retries, by `retry_policy`. Also what Strands' `Agent` refuses with a `ValueError`,
                which this error is.
            MissingPluginError: The worker of the workflow has no `StrandsPlugin`.
            UnsupportedFeatureError: A session manager, storage, memory store or plugin would read and write in the
                workflow itself.
            SyncCallError: A session manager is given where the workflow cannot wait, as in its `__init__`.
            InvalidArgumentError: What Strands' `Agent` refuses with a `TypeError`, which this error is.
        """
        refuse_without_plugin("TemporalAgent", "nothing would call its model")
        check_name(model, "TemporalAgent")
        if kwargs.pop("retry_strategy", None) is not None:
            raise InvalidOptionError(
                "TemporalAgent(retry_strategy=...) is not supported: Temporal retries model and tool calls. Remove it "
                "(or pass None) and set retry_policy=RetryPolicy(...) on TemporalAgent for model calls, and on "
                "activity_as_tool(...) for tools."
            )
        invocations = kwargs.pop("max_metrics_invocations", None)
        if invocations is not None and (type(invocations) is not int or invocations < 1):
            raise InvalidOptionError(
                f"TemporalAgent(max_metrics_invocations=...) takes a number of 1 or more, not {named(invocations)}."
            )
        names = ActivityOptions.__annotations__
        options = Activity.of({name: kwargs.pop(name) for name in names if name in kwargs}, owner="TemporalAgent")
        options = for_calls(options)
        if (auxiliary := kwargs.get("aux_model")) is not None and not isinstance(auxiliary, WorkflowModel):
            check_name(auxiliary, "TemporalAgent", "aux_model")
            kwargs["aux_model"] = WorkflowModel(auxiliary, options)
        streaming = Streaming.of(kwargs)
        kwargs.update({name: _kept(kwargs[name]) for name in _SEVERAL if name in kwargs})
        if workflow.in_workflow():
            check_sandbox(kwargs.get("sandbox"))
            kwargs["sandbox"] = kwargs.get("sandbox") or NoSandbox()
            refuse_inline_io(kwargs)
        if len(args) < _CALLBACK_HANDLER_POSITION:
            kwargs.setdefault("callback_handler", _ReplaySafePrinting())
        try:
            workflow_model = WorkflowModel(model, options, streaming)
            super().__init__(workflow_model, *args, retry_strategy=None, **kwargs)  # pyright: ignore[reportUnknownMemberType]
        except Exception as error:
            if (failure := _agent_errors.failing_the_construction(error)) is error:
                raise
            raise failure from error
        workflow_model.agent_name = workflow_model.hosted.agent_name = self.name
        if workflow.in_workflow():
            check_in_workflow(self.tool_registry.registry.values(), self.sandbox)
        self._events = AgentEvents(self, workflow_model.hosted)
        wrap_tool_calls(self, recordable)
        wrap_tool_calls(self, refusing(workflow_model.left_out))
        workflow_model.tells_left_out = True
        wrap_tool_calls(self, gate)
        self._servers = AgentServers(self)
        workflow_model.shown_name = self.name if kwargs.get("name") else None
        self._workflow_model = workflow_model
        self.event_loop_metrics = CountedOnce()
        if invocations is not None:
            bound_metrics(self, invocations)
        workflow_model.on_facts = self._fit_model
        workflow_model.count_is_observed = lambda: count_is_observed(self)
        self._has_conversation_manager = _gives_conversation_manager(args, kwargs)

    def _fit_model(self, facts: ModelFacts) -> None:
        """Do what `Agent.__init__` does about the model's properties, as soon as they are known."""
        if not facts.stateful:
            return
        if self._has_conversation_manager:
            raise InvalidOptionError(
                f"Agent {self.name!r} was given a conversation_manager or context_manager, and its model keeps the "
                "conversation at the provider (it is stateful). Leave them out."
            )
        self.conversation_manager = NullConversationManager()

    def __call__(self, prompt: AgentInput = None, **kwargs: Any) -> Any:
        """Invoke the agent and wait for its result, as `Agent.__call__`.

        Raises:
            SyncCallError: Called where a workflow cannot wait: a query handler, an update validator, `__init__`, or
                anywhere in workflows of a worker with `StrandsPlugin(sync_calls=False)`.
        """
        refuse_sync_call("agent('...')", instead="await agent.invoke_async('...')")
        return super().__call__(prompt, **kwargs)

    async def stream_async(self, prompt: AgentInput = None, **kwargs: Any) -> AsyncIterator[Any]:
        """Invoke the agent and yield its events, as `Agent.stream_async`.

        Raises:
            InterruptResponseError: The agent waits for answers to interrupts and the prompt does not answer them, or
                the other way round. Nothing has changed, and all still wait.
            Exception: What Strands raises. An exception that nobody catches fails the workflow.
        """
        refuse_in_read_only("await agent.invoke_async('...')")
        interrupts = InterruptState(self)
        check_responses(interrupts, self.name, prompt)
        events: Any = super().stream_async(prompt, **kwargs)
        self.paused_at = None
        state = self._shown()
        if workflow.in_workflow():
            shown_agents().begins(state)
        event: Any = None
        try:
            if self._servers is not None:
                await self._servers.before_pending_calls()
            async for event in events:
                self._events.heard(event)
                interrupts.note(event)
                yield event
            if event is not None and "result" in event:
                state.ended = event["result"].stop_reason
        except Exception as error:
            _agent_errors.mark(error, f"Agent {self.name!r}")
            state.ended = type(error).__name__
            raise
        finally:
            state.running -= 1
            await events.aclose()

    def _shown(self) -> ShownAgent:
        """What the running workflow's details say of this agent."""
        usage = self.event_loop_metrics.accumulated_usage
        model = self._workflow_model
        return model.shown_agent(lambda: ShownAgent(weakref.ref(self), self.name, model.model_name, usage))

    @property
    def in_invocation(self) -> bool:
        """Whether the agent is being invoked."""
        return self._shown().running > 0

    @property
    def may_follow_the_model(self) -> bool:
        """Whether the agent has no conversation manager of the user's, so that the model's facts choose one."""
        return not self._has_conversation_manager

    @property
    def tool(self) -> Any:
        """Call a tool as a function, as `Agent.tool`: `agent.tool.name(argument=...)`.

        A tool of an MCP server may be the first thing that is called; its server is asked for its tools then. An
        exception that nobody catches, as for an unknown tool, fails the workflow.
        """
        return DirectCalls(self, super().tool, self._servers)

    def structured_output(self, output_model: type[T], prompt: AgentInput = None) -> T:
        """Get structured output without adding to the conversation, as `Agent.structured_output`.

        Raises:
            SyncCallError: Called where a workflow cannot wait, as for `agent(...)`.
        """
        refuse_sync_call("agent.structured_output(...)", instead="await agent.structured_output_async(...)")
        return super().structured_output(output_model, prompt)

    async def structured_output_async(self, output_model: type[T], prompt: AgentInput = None) -> T:
        """Get structured output without adding to the conversation, as `Agent.structured_output_async`.

        Raises:
            Exception: What Strands or the model raises. An exception that nobody catches fails the workflow.
        """
        refuse_in_read_only("agent.structured_output(...)")
        try:
            with in_agent():
                return await super().structured_output_async(output_model, prompt)
        except Exception as error:
            _agent_errors.mark(error, f"Agent {self.name!r}")
            raise

    def take_snapshot(self, *args: Any, **kwargs: Any) -> Any:
        """For Strands' own use, as in approvals inside of sub-agents.

        Raises:
            UnsupportedFeatureError: Called by other code: the workflow's history keeps the agent's state. It is a
                `NotImplementedError`.
        """
        if not called_from_strands():
            raise UnsupportedFeatureError(_SNAPSHOTS.format("take_snapshot"))
        return super().take_snapshot(*args, **kwargs)

    def load_snapshot(self, *args: Any, **kwargs: Any) -> Any:
        """For Strands' own use, as in approvals inside of sub-agents.

        Raises:
            UnsupportedFeatureError: Called by other code: the workflow's history keeps the agent's state. It is a
                `NotImplementedError`.
        """
        if not called_from_strands():
            raise UnsupportedFeatureError(_SNAPSHOTS.format("load_snapshot"))
        super().load_snapshot(*args, **kwargs)


_CALLBACK_HANDLER_POSITION = 5  # of Agent's positional parameters after model


_SEVERAL = ("tools", "hooks", "plugins", "interventions", "memory_manager", "context_manager")
"""Keywords of `Agent` that are several, or a mapping with a value that may be."""


def _kept(given: Any) -> Any:
    """What can be gone through once as a list, for it is looked at before Strands gets it."""
    if isinstance(given, Iterator):
        return list(cast("Iterator[Any]", given))
    if isinstance(given, dict):
        return {key: _kept(each) for key, each in cast("dict[Any, Any]", given).items()}
    return given


def _gives_conversation_manager(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    positional = len(args) > _CALLBACK_HANDLER_POSITION and args[_CALLBACK_HANDLER_POSITION] is not None
    return positional or kwargs.get("conversation_manager") is not None or bool(kwargs.get("context_manager"))


class _ReplaySafePrinting(PrintingCallbackHandler):
    """Strands' default handler, silent while Temporal replays what was printed before."""

    def __call__(self, **kwargs: Any) -> None:
        if not (workflow.in_workflow() and workflow.unsafe.is_replaying()):
            super().__call__(**kwargs)
