"""The workflow side of a model call: a Strands model whose `stream` is an activity."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel
from strands.event_loop.streaming import process_stream
from strands.tools.structured_output import convert_pydantic_to_tool_spec
from strands.types.content import Messages, SystemContentBlock
from strands.types.streaming import StreamEvent
from strands.types.tools import ToolChoice, ToolSpec
from temporalio import workflow
from temporalio.exceptions import ActivityError

from .. import _summaries
from .._details import ShownAgent
from .._errors import ModelError, UnsupportedFeatureError
from .._options import Activity
from .._runtime.bridge import note_reply, wait_in_sync_code
from .._runtime.cancel_signal import listening
from .._runtime.cancelled_calls import times_cancelled
from .._runtime.enforced_output import LearningModel
from .._runtime.observers import count_is_for_the_next_call
from .._runtime.worker_parts import current_settings
from .._streaming.hosted import Hosted
from .._streaming.options import Streaming
from . import codec
from .facts import ModelFacts
from .failures import from_activity_error
from .handover import at_hand
from .limits import TOO_DEEP, TOO_LARGE, refusal_of_count
from .outgoing import Draft, Outgoing
from .output_model import describe_output_model
from .patches import FACTS, cancel_if_new
from .request import ACTIVITY_NAME, COUNT_NAME, DESCRIBE_NAME, VERSION, ModelReply, ModelRequest, user_state
from .whole_requests import WholeRequests

T = TypeVar("T", bound=BaseModel)


@dataclass
class _Run:
    """What a model object knows in one workflow run."""

    outgoing: Outgoing = field(default_factory=Outgoing)
    facts: ModelFacts | None = None
    state: ShownAgent | None = None
    """What the workflow's details say of the agent."""
    turn: int = 0
    """How many model calls there were."""
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    """What to tell the model of tool calls whose inputs were left out of its latest reply, by their ids."""
    in_this_version: bool = False
    """Whether a worker of a later version than 0.2.0 gave the latest reply."""


class WorkflowModel(LearningModel):
    """Stands for the worker's model of that name in the agent; every call of it is a recorded step."""

    def __init__(self, model_name: str | None, options: Activity, streaming: Streaming | None = None) -> None:
        """Create the model; nothing is looked up before its first call."""
        self.model_name = model_name
        self._options = options
        self.hosted = Hosted(streaming or Streaming())
        """Where what clients see of the model's calls is published."""
        self._runs: WeakKeyDictionary[asyncio.AbstractEventLoop, _Run] = WeakKeyDictionary()
        self.agent_name: str | None = None
        """Name of the agent, for error messages."""
        self.shown_name: str | None = None
        """Name of the agent for summaries, if it has one of its own."""
        self.on_facts: Callable[[ModelFacts], None] = lambda facts: None
        """Called once in a run, when the facts are known."""
        self.tells_left_out = False
        """Whether the agent tells the model of tool calls whose inputs were left out; the call fails else."""
        self.count_is_observed: Callable[[], bool] = lambda: True
        """Whether anything looks at the count of tokens that Strands makes before every call."""

    def update_config(self, **model_config: Any) -> None:
        """Not possible from a workflow: the model and its configuration live on the worker."""
        raise UnsupportedFeatureError(
            f"The configuration {sorted(model_config)} cannot be changed from a workflow: the model lives on the "
            "worker. Register a second model with that configuration in StrandsPlugin(models=...), and name it."
        )

    # What Strands asks of a model besides answers. The first reply of a run brings it along; what is needed before
    # costs an activity of its own.

    @property
    def config(self) -> dict[str, Any]:
        """The configuration as far as it is known yet, for traces."""
        facts = self._run().facts
        return facts.config if facts else {}

    def get_config(self) -> dict[str, Any]:
        """The worker's model's configuration, without what may be a secret; empty where a workflow cannot wait."""
        return self._facts_now().config

    @property
    def context_window_limit(self) -> int | None:
        """The worker's model's limit, in tokens; None where it has none or a workflow cannot wait."""
        return self._facts_now().context_window_limit

    @property
    def stateful(self) -> bool:
        """Whether the provider keeps the conversation; False until the first reply tells."""
        facts = self._run().facts
        return facts is not None and facts.stateful

    @property
    def enforces_output(self) -> bool:
        """Whether the worker's model's provider enforces structured output; False until the first reply tells."""
        facts = self._run().facts
        return facts is not None and facts.structured_output

    @property
    def answers_in_this_version(self) -> bool:
        """Whether a worker of a later version than 0.2.0 gave the latest reply, and so led to the tool calls in it."""
        return self._run().in_this_version

    async def count_tokens(
        self,
        messages: Messages,
        tool_specs: list[ToolSpec] | None = None,
        system_prompt: str | None = None,
        system_prompt_content: list[SystemContentBlock] | None = None,
    ) -> int:
        """Count as the worker's model does: by Strands' estimate, or in an activity where it has a way of its own.

        What is too large to be sent is estimated.

        Raises:
            ModelError: The model could not count.
        """
        matters = not count_is_for_the_next_call() or self.count_is_observed()
        if matters and (await self._known_facts()).counts_tokens:
            request = ModelRequest(
                self.model_name,
                messages=messages,
                tool_specs=tool_specs,
                system_prompt=system_prompt,
                system_prompt_content=system_prompt_content,
            )
            wire = codec.encode({**request.fields(), "messages": messages})
            refused = refusal_of_count(wire, current_settings().payload_limit)
            try:
                return (await self._execute(COUNT_NAME, {"refused": refused} if refused else wire))["tokens"]
            except ModelError as error:
                if error.type != TOO_LARGE:
                    raise
        return await super().count_tokens(messages, tool_specs, system_prompt, system_prompt_content)

    def _run(self) -> _Run:
        loop = asyncio._get_running_loop()  # pyright: ignore[reportPrivateUsage]
        if not workflow.in_workflow() or loop is None:
            return _Run()
        return self._runs.setdefault(loop, _Run())

    def left_out(self) -> dict[str, str]:
        """What to tell the model of tool calls whose inputs were left out of its latest reply, by their ids."""
        return self._run().left_out

    def _facts_now(self) -> ModelFacts:
        facts = self._run().facts
        if facts is None and workflow.in_workflow():
            facts = wait_in_sync_code(self._known_facts)
        return facts or ModelFacts()

    async def _known_facts(self) -> ModelFacts:
        run = self._run()
        if run.facts is None:
            if not workflow.patched(FACTS):
                return ModelFacts()
            fields = {} if self.model_name is None else {"model_name": self.model_name}
            reply = await self._execute(DESCRIBE_NAME, {"version": VERSION, **fields})
            self._learn(run, codec.decode(reply["facts"]))
        assert run.facts is not None
        return run.facts

    def _learn(self, run: _Run, wire: dict[str, Any] | None) -> None:
        if wire is not None and run.facts is None:
            run.facts = ModelFacts.from_wire(wire)
            self.on_facts(run.facts)

    async def _execute(
        self, activity_name: str, wire: dict[str, Any], signal: threading.Event | None = None, **more: Any
    ) -> Any:
        call: Any = workflow.start_activity(activity_name, wire, **{**more, **self._options.values})
        until_cancelled = nullcontext() if signal is None else listening(signal, lambda: cancel_if_new(call))
        try:
            with until_cancelled:
                return await call
        except ActivityError as error:
            raise from_activity_error(error, agent_name=self.agent_name, model_name=self.model_name) from error

    async def _call(self, run: _Run, draft: Draft, signal: threading.Event | None) -> tuple[Any, ModelReply]:
        """Have the activity called, and read what it returned."""
        name = self.hosted.streaming.activity_name or ACTIVITY_NAME
        with at_hand(draft):
            wire = await self._execute(name, draft.wire, signal, **self._summary(run))
        return wire, ModelReply.from_wire(wire)

    def _summary(self, run: _Run) -> dict[str, str]:
        """The option of the activity; none where it would be thrown away, for a replay sends nothing."""
        if workflow.unsafe.is_replaying() or not current_settings().summaries:
            return {}
        return {"summary": _summaries.of_model_call(self.model_name, self.shown_name, run.turn)}

    def shown_agent(self, make: Callable[[], ShownAgent]) -> ShownAgent:
        """What the running workflow's details say of this model's agent; made at its first invocation."""
        run = self._run()
        if run.state is None:
            run.state = make()
        return run.state

    async def structured_output(
        self, output_model: type[T], prompt: Messages, system_prompt: str | None = None, **kwargs: Any
    ) -> AsyncGenerator[dict[str, T | Any], None]:
        """Get structured output by one call of `stream`, with a tool whose input is the output.

        Raises:
            ValueError: The model answered without calling the tool.
            pydantic.ValidationError: What it gave does not fit `output_model`.
        """
        spec = convert_pydantic_to_tool_spec(output_model)
        chunks = self.stream(prompt, [spec], system_prompt, tool_choice={"any": {}})
        content: list[Any] = []
        event: Any
        async for event in process_stream(chunks):
            if "stop" in event:
                content = event["stop"][1]["content"]
            yield event
        uses: list[Any] = [block["toolUse"] for block in content if "toolUse" in block]
        found: Any = next((use["input"] for use in uses if use["name"] == spec["name"]), None)
        if left_out := self.left_out():
            raise ModelError(next(iter(left_out.values())), type=TOO_DEEP)
        if found is None:
            raise ValueError(
                f"The model answered without calling {spec['name']!r}, the tool for its structured output."
            )
        yield {"output": output_model.model_validate(found)}

    async def stream(
        self,
        messages: Messages,
        tool_specs: list[ToolSpec] | None = None,
        system_prompt: str | None = None,
        *,
        tool_choice: ToolChoice | None = None,
        system_prompt_content: list[SystemContentBlock] | None = None,
        invocation_state: dict[str, Any] | None = None,
        model_state: dict[str, Any] | None = None,
        cancel_signal: threading.Event | None = None,
        agent_metadata: Any = None,
        dynamic_trailing_blocks: int = 0,
        structured_output_model: type[BaseModel] | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[StreamEvent, None]:
        """Call the model in an activity and yield the events that it recorded.

        Raises:
            ModelError: The call failed for good.
            UnsupportedFeatureError: Called outside of a workflow.
        """
        if not workflow.in_workflow():
            raise UnsupportedFeatureError(
                f"Agent {self.agent_name!r} is a TemporalAgent and was called outside of a workflow, where there is no "
                "history to record its calls in. Call it in a workflow, or use strands.Agent with a model object. "
                "(Sync code of a workflow comes here too, where StrandsPlugin(sync_calls=False) keeps it from waiting.)"
            )
        if cancel_signal is not None and cancel_signal.is_set():
            return
        request = ModelRequest(
            model_name=self.model_name,
            agent_name=self.agent_name,
            messages=messages,
            tool_specs=tool_specs,
            system_prompt=system_prompt,
            system_prompt_content=system_prompt_content,
            tool_choice=tool_choice,
            invocation_state=user_state(invocation_state),
            model_state=model_state or {},
            agent_metadata=asdict(agent_metadata) if is_dataclass(agent_metadata) else None,  # type: ignore[arg-type]
            dynamic_trailing_blocks=dynamic_trailing_blocks,
            structured_output_model=describe_output_model(structured_output_model),
        )
        run = self._run()
        more = {**({"facts": True} if run.facts is None else {}), **self.hosted.streaming.to_wire()}
        limit, whole_requests = current_settings().payload_limit, WholeRequests.of_run()
        draft = run.outgoing.draft(request, more, limit, may_ask=whole_requests.are_due())
        cancelled_before = times_cancelled()
        try:
            with self.hosted.call(), _calling(run):
                wire, reply = await self._call(run, draft, cancel_signal)
                if reply.asks_for_all and reply.base is None:
                    with whole_requests.asked_for() as whole:
                        draft = run.outgoing.draft_again(draft, more, limit, whole=whole)
                        wire, reply = await self._call(run, draft, cancel_signal)
                recorded = reply.base
                while reply.base is not None:  # twice at most: all of it fits everywhere
                    draft = run.outgoing.draft_on(draft, recorded, more, limit)
                    wire, reply = await self._call(run, draft, cancel_signal)
                    recorded = None
        except asyncio.CancelledError:
            if cancel_signal is None or not cancel_signal.is_set() or times_cancelled() > cancelled_before:
                raise
            return  # Strands sees its signal, and that the stream has no end
        note_reply(official=reply.is_official)
        if reply.left_out and not self.tells_left_out:
            raise ModelError(
                f"{self.agent_name or 'A model call'}: {next(iter(reply.left_out.values()))}", type=TOO_DEEP
            )
        run.left_out = reply.left_out
        run.in_this_version = reply.request is not None
        run.outgoing.answered(draft, reply)
        self.hosted.replied(wire, reply.events, reply.activity_id)
        self._learn(run, reply.facts)
        if model_state is not None and reply.model_state is not None:
            model_state.clear()  # Strands keeps this very dict when the call has succeeded
            model_state.update(reply.model_state)
        for event in reply.events:
            yield event


@contextmanager
def _calling(run: _Run) -> Generator[None]:
    """For the workflow's details: a model call is under way."""
    run.turn += 1
    if (state := run.state) is None:
        yield
        return
    state.turn, state.in_model = run.turn, True
    try:
        yield
    finally:
        state.in_model = False
