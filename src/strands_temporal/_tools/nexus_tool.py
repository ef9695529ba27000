"""A tool of an agent that is a Nexus operation."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from typing import Any

import nexusrpc
from pydantic import BaseModel, TypeAdapter, ValidationError, create_model
from strands.tools.tools import normalize_tool_spec
from strands.types.tools import AgentTool, ToolGenerator, ToolSpec, ToolUse
from temporalio import workflow
from typing_extensions import is_typeddict

from .._errors import InvalidOptionError, named
from .._runtime.activity_function import misfit
from .._runtime.tool_events import ToolResultEvent
from . import remote_call, results

_OWNER = "nexus_operation_as_tool"


class NexusOperationTool(AgentTool):
    """Runs a Nexus operation for each call."""

    def __init__(
        self,
        operation: Any,
        service: Any,
        endpoint: str,
        name: str | None,
        description: str | None,
        options: Mapping[str, Any],
    ) -> None:
        """Create the tool.

        Args:
            operation: The operation, of a service definition or a handler.
            service: The service's class or name.
            endpoint: Name of the Nexus endpoint.
            name: Name of the tool; the operation's by default.
            description: Description of the tool; the docstring of the handler by default.
            options: Options of the operation, checked.

        Raises:
            InvalidOptionError: One of these is wrong.
        """
        super().__init__()
        is_defined = isinstance(operation, nexusrpc.Operation)
        defined: Any = operation if is_defined else _of_handler(operation)  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(endpoint, str) or not endpoint:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidOptionError(
                f"{_OWNER}(endpoint=...) takes the name of a Nexus endpoint, not {named(endpoint)}."
            )
        if not isinstance(service, str) and nexusrpc.get_service_definition(service) is None:
            raise InvalidOptionError(
                f"{_OWNER}(service=...) takes a class decorated with @nexusrpc.service, or the service's name, not "
                f"{named(service)}."
            )
        words = description or (None if is_defined else inspect.getdoc(operation))
        if not words:
            raise InvalidOptionError(
                f"{_OWNER}({defined.name!r}): the model needs a description, and an operation of a service definition "
                "has none. Write description='...'."
            )
        self._operation, self._options = defined.name, dict(options)
        self._client = workflow.create_nexus_client(service=service, endpoint=endpoint)
        self._name = name or defined.name
        self._adapter, schema, self._wrapped = _input_of(defined.input_type)
        spec = ToolSpec(name=self._name, description=words, inputSchema={"json": schema})
        self._spec = normalize_tool_spec(spec)

    @property
    def tool_name(self) -> str:
        """Name of the operation, or the one that was given."""
        return self._name

    @property
    def tool_spec(self) -> ToolSpec:
        """Name, description and input schema, from the operation's input type."""
        return self._spec

    @property
    def tool_type(self) -> str:
        """Always `temporal_nexus_operation`."""
        return "temporal_nexus_operation"

    async def stream(self, tool_use: ToolUse, invocation_state: dict[str, Any], **kwargs: Any) -> ToolGenerator:
        """Run the operation and yield its result or its error."""
        use_id = tool_use["toolUseId"]
        try:
            value: Any = self._adapter.validate_python(tool_use["input"])
        except ValidationError as error:
            problem = misfit(self._name, error)
            yield ToolResultEvent(results.render_error(use_id, str(problem)), exception=problem)
            return
        argument = getattr(value, "input") if self._wrapped else value  # noqa: B009
        if words := remote_call.refusal_of_size(self._name, [argument]):
            yield ToolResultEvent(results.render_error(use_id, words))
            return
        yield await remote_call.finished(tool_use, self._name, self._run(tool_use, argument))

    async def _run(self, tool_use: ToolUse, argument: Any) -> Any:
        summary = remote_call.summary(self._options.get("summary"), self._name, tool_use)
        client: Any = self._client
        return await client.execute_operation(self._operation, argument, **{**self._options, "summary": summary})


def _of_handler(operation: Any) -> nexusrpc.Operation[Any, Any]:
    defined = nexusrpc.get_operation(operation) if callable(operation) else None
    if defined is None:
        raise InvalidOptionError(
            f"{_OWNER} takes an operation of a class decorated with @nexusrpc.service, like MyService.my_operation, or "
            f"a method decorated as a handler of one, not {named(operation)}."
        )
    return defined


def _input_of(input_type: Any) -> tuple[TypeAdapter[Any], dict[str, Any], bool]:
    """What reads the model's input, its schema, and whether the operation's input is in a field `input` of it."""
    if input_type is None or input_type is type(None):
        empty = create_model("Input", input=(None, None))
        return TypeAdapter(empty), {"type": "object", "properties": {}}, True
    if _is_object(input_type):
        adapter: TypeAdapter[Any] = TypeAdapter(input_type)
        return adapter, adapter.json_schema(), False
    wrapped = create_model("Input", input=(input_type, ...))
    return TypeAdapter(wrapped), wrapped.model_json_schema(), True


def _is_object(input_type: Any) -> bool:
    is_model = inspect.isclass(input_type) and issubclass(input_type, BaseModel)
    return is_model or dataclasses.is_dataclass(input_type) or is_typeddict(input_type)
