"""The worker side of a model call: the activities that talk to the provider."""

from __future__ import annotations

import copy
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from strands.agent.agent_metadata import AgentMetadata
from strands.models import Model
from temporalio import activity
from temporalio.exceptions import ApplicationError

from .._settings import WorkerSettings
from .._streaming.broadcast import Broadcast, broadcasting
from .._streaming.options import STREAMING_ACTIVITY_NAME
from . import codec
from .cache import RequestCache
from .coalesce import coalesce
from .facts import ModelFacts
from .failures import StreamEndedError, to_application_error
from .limits import DEPTH_LIMIT, REPLY_TOO_DEEP, TOO_DEEP, TOO_LARGE, encoded_size, reply_too_large
from .liveness import Liveness
from .output_model import OutputModels
from .recall import AskForAllError, Recall
from .registry import ModelRegistry
from .request import ACTIVITY_NAME, COUNT_NAME, DESCRIBE_NAME, VERSION, ModelReply, ModelRequest
from .tool_inputs import without_deep_inputs


class ModelActivities:
    """The model activities of one worker."""

    def __init__(self, models: ModelRegistry, cache: RequestCache, settings: WorkerSettings) -> None:
        """Create the activities.

        Args:
            models: The worker's models.
            cache: Where requests are remembered.
            settings: The worker's settings.
        """
        self._models = models
        self._cache = cache
        self._settings = settings
        self._output_models = OutputModels()

    def activities(self) -> list[Callable[..., Any]]:
        """What to register on the worker."""
        return [self.invoke_model, self.invoke_model_streaming, self.describe_model, self.count_model_tokens]

    @activity.defn(name=ACTIVITY_NAME)
    async def invoke_model(self, wire: dict[str, Any]) -> Any:
        """Call the model that the request names and return its stream events."""
        return await self._invoke(wire)

    @activity.defn(name=STREAMING_ACTIVITY_NAME)
    async def invoke_model_streaming(self, wire: dict[str, Any]) -> Any:
        """The same, and publish the events to a topic of the workflow's stream."""
        return await self._invoke(wire)

    async def _invoke(self, wire: dict[str, Any]) -> Any:
        name: str | None = None
        try:
            _raise_refusal(wire)
            self._models.refuse_if_empty()
            liveness = Liveness(self._settings.stream_idle_timeout)
            async with liveness.supervise():
                recall = Recall(self._cache, wire) if wire.get("version") == 2 else None
                request = await recall.request() if recall else ModelRequest.from_wire(wire)
                name = request.model_name
                name = self._models.name_of(name)
                model = await self._models.get(name)
                async with broadcasting(wire, request.agent_name, liveness) as broadcast:
                    reply = await self._call(model, request, liveness, broadcast)
                    more = await broadcast.finish()
            if wire.get("facts"):
                reply.facts = ModelFacts.of(model).to_wire()
            reply.request = wire.get("digest")
            if reply.left_out and wire.get("version") is None:  # nothing in the official plugin's form can tell
                raise ApplicationError(next(iter(reply.left_out.values())), type=TOO_DEEP, non_retryable=True)
            result = reply.to_wire(wire.get("version"), more)
            self._check_size(result)
            if recall:
                recall.replied(reply.events)
            return result
        except AskForAllError as asked:
            return ModelReply([], asks_for_all=True, base=asked.base).to_wire(VERSION)
        except Exception as error:
            raise to_application_error(error, model_name=name) from error

    @activity.defn(name=DESCRIBE_NAME)
    async def describe_model(self, wire: dict[str, Any]) -> Any:
        """What the model of that name says of itself."""
        async with self._model_of(wire) as (model, _):
            return {"version": 2, "facts": codec.encode(ModelFacts.of(model).to_wire())}

    @activity.defn(name=COUNT_NAME)
    async def count_model_tokens(self, wire: dict[str, Any]) -> Any:
        """The tokens that a request would have, counted by the model's own way."""
        _raise_refusal(wire)
        async with self._model_of(wire) as (model, request):
            tokens = await model.count_tokens(
                request.messages, request.tool_specs, request.system_prompt, request.system_prompt_content
            )
            return {"version": 2, "tokens": tokens}

    async def _call(self, model: Model, request: ModelRequest, liveness: Liveness, broadcast: Broadcast) -> ModelReply:
        state = copy.deepcopy(request.model_state)  # models write to it in place
        # Only what is set, as Strands calls a model itself.
        optional: dict[str, Any] = {}
        if request.agent_metadata is not None:
            optional["agent_metadata"] = AgentMetadata(**request.agent_metadata)
        if request.dynamic_trailing_blocks:
            optional["dynamic_trailing_blocks"] = request.dynamic_trailing_blocks
        if request.structured_output_model is not None:
            optional["structured_output_model"] = self._output_models.get(request.structured_output_model)
        stream: Any = model.stream(
            request.messages,
            request.tool_specs,
            request.system_prompt,
            tool_choice=request.tool_choice,
            system_prompt_content=request.system_prompt_content,
            invocation_state=request.invocation_state,
            model_state=state,
            cancel_signal=liveness.stop,
            **optional,
        )
        events: list[Any] = []
        try:
            async for event in stream:
                events.append(event)
                broadcast.heard(event)
                liveness.progress()
        finally:
            liveness.stop.set()
            if hasattr(stream, "aclose"):
                await stream.aclose()
        if not any("messageStop" in event for event in events):
            raise StreamEndedError(model)
        events, left_out = without_deep_inputs(coalesce(events))
        if codec.is_too_deep(events, DEPTH_LIMIT + 1) or codec.is_too_deep(state, DEPTH_LIMIT):
            raise ApplicationError(REPLY_TOO_DEEP, type=TOO_DEEP, non_retryable=True)
        return ModelReply(
            events,
            None if state == request.model_state else state,
            activity_id=activity.info().activity_id,
            left_out=left_out,
        )

    @asynccontextmanager
    async def _model_of(self, wire: dict[str, Any]) -> AsyncGenerator[tuple[Model, ModelRequest], None]:
        """The model and the request of a question, watched while it is answered, its errors those of a call."""
        request = ModelRequest.of_question(wire)
        try:
            async with Liveness(self._settings.stream_idle_timeout).supervise():
                yield await self._models.get(self._models.name_of(request.model_name)), request
        except Exception as error:
            raise to_application_error(error, model_name=request.model_name) from error

    def _check_size(self, result: Any) -> None:
        # Without a limit too: what the converter cannot write is final here, and the SDK would have it tried for ever.
        limit = self._settings.payload_limit
        size = encoded_size(activity.payload_converter(), [result], limit)
        if limit is not None and size > limit:
            raise ApplicationError(reply_too_large(size, limit), type=TOO_LARGE, non_retryable=True)


def _raise_refusal(wire: dict[str, Any]) -> None:
    if (refused := wire.get("refused")) is not None:
        raise ApplicationError(refused["message"], type=refused["type"], non_retryable=True)
