"""The workflow side of a model call: a Strands model whose `stream` is an activity."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import asdict, is_dataclass
from typing import Any, TypeVar

from pydantic import BaseModel
from strands.event_loop.streaming import process_stream
from strands.models import Model
from strands.tools.structured_output import convert_pydantic_to_tool_spec
from strands.types.content import Messages, SystemContentBlock
from strands.types.streaming import StreamEvent
from strands.types.tools import ToolChoice, ToolSpec
from temporalio import workflow
from temporalio.exceptions import ActivityError

from .._errors import UnsupportedFeatureError
from .._options import Activity
from .failures import from_activity_error
from .request import ACTIVITY_NAME, ModelReply, ModelRequest, user_state

T = TypeVar("T", bound=BaseModel)


class WorkflowModel(Model):
    """Stands for the worker's model of that name in the agent; every call of it is a recorded step."""

    def __init__(self, model_name: str | None, options: Activity) -> None:
        """Create the model; nothing is looked up before its first call."""
        self._model_name = model_name
        self._options = options
        self.agent_name: str | None = None
        """Name of the agent, for error messages."""

    def update_config(self, **model_config: Any) -> None:
        """Not possible from a workflow: the model and its configuration live on the worker."""
        raise UnsupportedFeatureError(
            f"The configuration {sorted(model_config)} cannot be changed from a workflow: the model lives on the "
            "worker. Register a second model with that configuration in StrandsPlugin(models=...), and name it."
        )

    def get_config(self) -> dict[str, Any]:
        """An empty configuration: the model's own lives on the worker."""
        return {}

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
        agent_metadata: Any = None,
        dynamic_trailing_blocks: int = 0,
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
                "history to record its calls in. Call it in a workflow, or use strands.Agent with a model object."
            )
        request = ModelRequest(
            model_name=self._model_name,
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
        )
        try:
            wire: Any = await workflow.execute_activity(ACTIVITY_NAME, request.to_wire(), **self._options.values)
        except ActivityError as error:
            raise from_activity_error(error, agent_name=self.agent_name, model_name=self._model_name) from error
        reply = ModelReply.from_wire(wire)
        if model_state is not None and reply.model_state is not None:
            model_state.clear()  # Strands keeps this very dict when the call has succeeded
            model_state.update(reply.model_state)
        for event in reply.events:
            yield event
