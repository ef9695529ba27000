"""TemporalAgent: a Strands agent whose model, tools and loop fit a workflow."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel
from strands import Agent
from strands.agent.conversation_manager import NullConversationManager
from strands.handlers.callback_handler import PrintingCallbackHandler
from strands.models import Model
from strands.types.agent import AgentInput
from temporalio import workflow
from temporalio.exceptions import FailureError

from . import _agent_errors
from ._errors import InvalidArgumentError, InvalidOptionError, UnsupportedFeatureError
from ._model.facts import ModelFacts
from ._model.patches import CANCEL
from ._model.workflow_model import WorkflowModel
from ._options import MODEL_HEARTBEAT, MODEL_START_TO_CLOSE, NOT_REGISTERED, Activity, ActivityOptions
from ._runtime.bounded_metrics import bound_metrics
from ._runtime.bridge import refuse_sync_call, refuse_without_plugin
from ._runtime.callers import called_from_strands
from ._runtime.cancel_signal import Mirror
from ._runtime.observers import count_is_observed
from ._runtime.read_only import refuse_in_read_only

T = TypeVar("T", bound=BaseModel)

_SNAPSHOTS = (
    "TemporalAgent.{0}() is not supported: the workflow's history already keeps the agent's state, at every step. "
    "To carry a conversation into a new run, pass agent.messages to continue-as-new and TemporalAgent(messages=...)."
)


class TemporalAgent(Agent):
    """A Strands `Agent` for Temporal workflows: its model and tool calls are recorded steps.

    It takes what `Agent` takes and the activity options of its model calls. `agent(...)` and
    `await agent.invoke_async(...)` both work; a worker with `StrandsPlugin` runs the model.
    """

    def __init__(self, model: str | None = None, *args: Any, **kwargs: Any) -> None:
        """Create an agent; nothing is called before its first invocation.

        Args:
            model: Name of a model in the worker's `StrandsPlugin(models=...)`. May be left out where the plugin names
                no models: then Strands' default model is called.
            *args: Further positional arguments of Strands' `Agent`.
            **kwargs: Options of the model calls' activity, and every other keyword of Strands' `Agent`. The options
                are `task_queue`, `schedule_to_close_timeout`, `schedule_to_start_timeout`, `start_to_close_timeout`
                (10 minutes where neither it nor `schedule_to_close_timeout` is given), `heartbeat_timeout` (30
                seconds where a call may take longer than a minute), `retry_policy`, `cancellation_type`,
                `versioning_intent`, `summary`, `priority`. Also `max_metrics_invocations`: how many of its latest
                invocations `agent.event_loop_metrics` keeps with their cycles and traces; all by default, which is
                some 2 KB of memory for each turn of a chat. Its sums stay complete.

        Raises:
            InvalidOptionError: `model` is not a name, an option has a wrong type or value, or `retry_strategy` is
                given: Temporal retries, by `retry_policy`. Also what Strands' `Agent` refuses with a `ValueError`,
                which this error is.
            MissingPluginError: The worker of the workflow has no `StrandsPlugin`.
            InvalidArgumentError: What Strands' `Agent` refuses with a `TypeError`, which this error is.
        """
        refuse_without_plugin()
        _check_model(model)
        if kwargs.pop("retry_strategy", None) is not None:
            raise InvalidOptionError(
                "TemporalAgent(retry_strategy=...) is not supported: Temporal retries model and tool calls. Remove it "
                "(or pass None) and set retry_policy=RetryPolicy(...) on TemporalAgent for model calls, and on "
                "activity_as_tool(...) for tools."
            )
        invocations = kwargs.pop("max_metrics_invocations", None)
        if invocations is not None and (type(invocations) is not int or invocations < 1):
            raise InvalidOptionError(
                f"TemporalAgent(max_metrics_invocations=...) takes a number of 1 or more, not {invocations!r}."
            )
        names = ActivityOptions.__annotations__
        options = Activity.of({name: kwargs.pop(name) for name in names if name in kwargs}, owner="TemporalAgent")
        options = options.with_defaults(start_to_close=MODEL_START_TO_CLOSE, heartbeat=MODEL_HEARTBEAT)
        options = options.never_retrying(NOT_REGISTERED)
        if len(args) < _CALLBACK_HANDLER_POSITION:
            kwargs.setdefault("callback_handler", _ReplaySafePrinting())
        try:
            workflow_model = WorkflowModel(model, options)
            super().__init__(workflow_model, *args, retry_strategy=None, **kwargs)  # pyright: ignore[reportUnknownMemberType]
        except FailureError:
            raise
        except (TypeError, ValueError) as error:
            kind = InvalidArgumentError if isinstance(error, TypeError) else InvalidOptionError
            raise kind(f"TemporalAgent(...) cannot be made: {error}") from error
        workflow_model.agent_name = self.name
        if invocations is not None:
            bound_metrics(self, invocations)
        workflow_model.on_facts = self._fit_model
        workflow_model.count_is_observed = lambda: count_is_observed(self)
        self._has_conversation_manager = _gives_conversation_manager(args, kwargs)

    def _start_cancel_watcher(self, cancel_signal: threading.Event | None) -> Any:
        if cancel_signal is None or cancel_signal.is_set() or not workflow.patched(CANCEL):
            return super()._start_cancel_watcher(cancel_signal)
        return Mirror(cancel_signal, self._cancel_signal)

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
            Exception: What Strands raises. An exception that nobody catches fails the workflow.
        """
        refuse_in_read_only("await agent.invoke_async('...')")
        events: Any = super().stream_async(prompt, **kwargs)
        try:
            async for event in events:
                yield event
        except Exception as error:
            _agent_errors.mark(error, self.name)
            raise
        finally:
            await events.aclose()

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
            return await super().structured_output_async(output_model, prompt)
        except Exception as error:
            _agent_errors.mark(error, self.name)
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


def _gives_conversation_manager(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    positional = len(args) > _CALLBACK_HANDLER_POSITION and args[_CALLBACK_HANDLER_POSITION] is not None
    return positional or kwargs.get("conversation_manager") is not None or bool(kwargs.get("context_manager"))


def _check_model(model: Any) -> None:
    if model is None or (isinstance(model, str) and model):
        return
    if isinstance(model, Model):
        name = type(model).__name__
        raise InvalidOptionError(
            f"TemporalAgent(model=...) takes the NAME of a model, not a {name} object: the model is called on the "
            f"worker. Register it there, StrandsPlugin(models={{'my-model': lambda: {name}(...)}}), and write "
            "TemporalAgent(model='my-model')."
        )
    raise InvalidOptionError(
        f"TemporalAgent(model=...) takes the name of a model in StrandsPlugin(models=...), not {model!r}."
    )


class _ReplaySafePrinting(PrintingCallbackHandler):
    """Strands' default handler, silent while Temporal replays what was printed before."""

    def __call__(self, **kwargs: Any) -> None:
        if not (workflow.in_workflow() and workflow.unsafe.is_replaying()):
            super().__call__(**kwargs)
