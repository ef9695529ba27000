"""The worker side of a model call: the activity that talks to the provider."""

from __future__ import annotations

import asyncio
import contextlib
import copy
from collections.abc import AsyncGenerator, Callable
from typing import Any

from strands.agent.agent_metadata import AgentMetadata
from temporalio import activity

from .failures import to_application_error
from .registry import ModelRegistry
from .request import ACTIVITY_NAME, ModelReply, ModelRequest


class ModelActivities:
    """The model activities of one worker."""

    def __init__(self, models: ModelRegistry) -> None:
        """Create the activities over the worker's models."""
        self._models = models

    def activities(self) -> list[Callable[..., Any]]:
        """What to register on the worker."""
        return [self.invoke_model]

    @activity.defn(name=ACTIVITY_NAME)
    async def invoke_model(self, wire: dict[str, Any]) -> Any:
        """Call the model that the request names and return its stream events."""
        name: str | None = wire.get("model_name")
        try:
            async with _heartbeats():
                request = ModelRequest.from_wire(wire)
                name = self._models.name_of(request.model_name)
                reply = await self._call(name, request)
        except Exception as error:
            raise to_application_error(error, model_name=name) from error
        return reply.to_wire() if "version" in wire else reply.events

    async def _call(self, name: str, request: ModelRequest) -> ModelReply:
        model = await self._models.get(name)
        state = copy.deepcopy(request.model_state)  # models write to it in place
        # Only what is set, as Strands calls a model itself.
        optional: dict[str, Any] = {}
        if request.agent_metadata is not None:
            optional["agent_metadata"] = AgentMetadata(**request.agent_metadata)
        if request.dynamic_trailing_blocks:
            optional["dynamic_trailing_blocks"] = request.dynamic_trailing_blocks
        stream: Any = model.stream(
            request.messages,
            request.tool_specs,
            request.system_prompt,
            tool_choice=request.tool_choice,
            system_prompt_content=request.system_prompt_content,
            invocation_state=request.invocation_state,
            model_state=state,
            **optional,
        )
        try:
            events = [event async for event in stream]
        finally:
            if hasattr(stream, "aclose"):
                await stream.aclose()  # ends the provider's request when the activity is cancelled
        if not any("messageStop" in event for event in events):
            raise EOFError("The model's stream ended before its message did.")
        return ModelReply(events, None if state == request.model_state else state)


@contextlib.asynccontextmanager
async def _heartbeats() -> AsyncGenerator[None, None]:
    """Heartbeat at a third of the activity's heartbeat timeout; a heartbeat that fails, fails the attempt."""
    timeout = activity.info().heartbeat_timeout
    if timeout is None:
        yield
        return
    call = asyncio.current_task()
    assert call is not None

    async def beat() -> None:
        while True:
            await asyncio.sleep(timeout.total_seconds() / 3)
            activity.heartbeat()

    def stopped(task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            call.cancel()

    beating = asyncio.create_task(beat())
    beating.add_done_callback(stopped)
    try:
        yield
    except asyncio.CancelledError:
        if beating.done() and (error := beating.exception()) is not None:
            raise RuntimeError("The heartbeat of the model call failed") from error
        raise
    finally:
        beating.remove_done_callback(stopped)
        beating.cancel()
