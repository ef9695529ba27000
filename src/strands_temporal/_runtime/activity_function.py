"""What an activity's function says about itself: its name, and the tool that it makes.

Private names used here: temporalio keeps an activity's registered name in `activity._Definition`, and offers no other
way to it. Strands' `FunctionToolMetadata` decides the same things for `@tool` functions; two of its private methods
are overridden, for it refuses `Annotated[..., Field(...)]` and hides every parameter called `agent`.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false
from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import FunctionType, MethodType
from typing import Annotated, Any, cast, get_args, get_origin

from pydantic import BaseModel, Field, ValidationError
from pydantic.fields import FieldInfo
from strands.tools.decorator import FunctionToolMetadata
from strands.types.tools import ToolSpec
from temporalio import activity, workflow

from .._errors import InvalidOptionError, named
from .light_copies import copy_plain


class ActivityFunction:
    """An activity as a tool: name, specification, and the check of a model's input against its signature."""

    def __init__(self, function: Callable[..., Any], read: _Read | None = None) -> None:
        """Read the function, or find what was read of it before.

        Raises:
            InvalidOptionError: It is not an activity, is a dynamic one, or takes arguments a model cannot give.
        """
        read = read or _Read.of(function)
        self.name: str = read.name
        self.result_type: Any = None
        self._names = read.parameters
        self._input_model = read.input_model
        self._spec = read.spec

    @cached_property
    def spec(self) -> ToolSpec:
        """The specification, of this tool alone: whoever has it may change it."""
        return copy_plain(self._spec)

    def arguments(self, tool_input: Any) -> list[Any]:
        """The arguments of the activity for a model's input, checked and converted, defaults filled in.

        Raises:
            ValueError: The input does not fit; the message names each parameter for the model to correct.
        """
        if not isinstance(tool_input, dict):
            raise ValueError(f"The input of tool {self.name!r} must be an object with {self._names}.")
        try:
            checked = self._input_model(**tool_input)
        except ValidationError as error:
            raise misfit(self.name, error) from error
        return [getattr(checked, name) for name in self._names]


def misfit(tool_name: str, error: ValidationError) -> ValueError:
    """What the model reads of an input that does not fit."""
    problems = "; ".join(
        f"{'.'.join(str(part) for part in each['loc']) or 'input'}: {each['msg']}" for each in error.errors()
    )
    return ValueError(f"The input of tool {tool_name!r} does not fit: {problems}.")


@dataclass(frozen=True)
class _Read:
    """What an activity's function says, which takes pydantic most of the time that an agent takes to be made."""

    function: Callable[..., Any]
    name: str
    parameters: Sequence[str]
    input_model: type[BaseModel]
    spec: ToolSpec

    @staticmethod
    def of(function: Callable[..., Any]) -> _Read:
        """Read a function once; where it can carry attributes, it carries what was read.

        So nothing outlives the function: one of a module that the sandbox loads for each workflow goes with that
        workflow, and one that the sandbox takes from the worker is read once per worker.
        """
        carrier: Any = function.__func__ if isinstance(function, MethodType) else function
        if not isinstance(carrier, FunctionType):
            return _read(function)
        attribute = _CARRIED if carrier is function else _CARRIED_BY_METHOD  # one has a parameter less, self
        known: Any = carrier.__dict__.get(attribute)
        if known is None or known.function is not carrier:  # functools.wraps copies attributes to other functions
            known = replace(_read(function), function=carrier)
            setattr(carrier, attribute, known)
        return known


_CARRIED = "__strands_temporal_tool"
_CARRIED_BY_METHOD = "__strands_temporal_tool_of_method"


def activity_name(function: Callable[..., Any], *, owner: str, instead: str) -> str:
    """The name that a function has as an activity.

    Args:
        function: What a user gave.
        owner: What it was given to, for the error.
        instead: What to do where an activity is not what the user wants, for the error.

    Raises:
        InvalidOptionError: It is not decorated with `@activity.defn`, or is a dynamic activity.
    """
    shown = named(function)
    if not callable(function) or not (definition := activity._Definition.from_callable(function)):
        raise InvalidOptionError(
            f"{owner} takes a function decorated with @activity.defn, not {shown}. Add the decorator, or {instead}."
        )
    if not definition.name:
        raise InvalidOptionError(f"{owner}: {shown} is a dynamic activity, which has no name to be called by.")
    return definition.name


def registered_name(function: Callable[..., Any]) -> str | None:
    """The name under which a worker has an activity; None for a dynamic one."""
    definition = activity._Definition.from_callable(function)
    return definition.name if definition else None


def _read(function: Callable[..., Any]) -> _Read:
    instead = "pass a plain @tool function to the agent directly to run it in the workflow"
    name = activity_name(function, owner="activity_as_tool", instead=instead)
    return _read_as(name, function, f"Activity {name!r}", "activities")


def _read_as(name: str, function: Callable[..., Any], shown: str, kind: str) -> _Read:
    metadata = _Metadata(function)
    for parameter in metadata.arguments():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.KEYWORD_ONLY):
            raise InvalidOptionError(
                f"{shown} takes '{parameter}', which a tool cannot: name each parameter, and let "
                f"it be given by position, as {kind} are called."
            )
    spec = metadata.extract_metadata()
    spec["name"] = name
    names = [parameter.name for parameter in metadata.arguments()]
    return _Read(function, name, names, metadata.input_model, spec)


def workflow_function(run: Any, owner: str) -> ActivityFunction:
    """A workflow as a tool: the same for its class or its run method.

    Args:
        run: The run method of a workflow, or its class.
        owner: What it was given to, for the error.

    Raises:
        InvalidOptionError: It is no workflow, is a dynamic one, or takes arguments a model cannot give.
    """
    definition = _workflow_definition(run, owner)
    function = cast(Any, definition.run_fn)  # pyright: ignore[reportUnknownMemberType]
    read = _read_as(cast(str, definition.name), function, f"Workflow {definition.name!r}", "workflows")
    if not inspect.getdoc(function) and (words := inspect.getdoc(definition.cls)):
        read.spec["description"] = words
    made = ActivityFunction(function, read)
    made.result_type = definition.ret_type
    return made


def workflow_of(run: Any, owner: str, takes: type, gives: type, how: str) -> str:
    """The name of a workflow that takes and gives certain types.

    Args:
        run: Its run method, or its class.
        owner: What it was given to, for errors.
        takes: The type of its one argument.
        gives: The type of its result.
        how: How to make such a result, for errors.

    Raises:
        InvalidOptionError: It is no workflow, or takes or gives something else.
    """
    definition = _workflow_definition(run, owner)
    if definition.arg_types != [takes] or definition.ret_type is not gives:
        raise InvalidOptionError(
            f"{owner}: the run method of workflow {definition.name!r} must take one {takes.__name__} and return "
            f"{gives.__name__}, by annotations: async def run(self, call: {takes.__name__}) -> {gives.__name__}: "
            f"{how}."
        )
    return cast(str, definition.name)


def _workflow_definition(run: Any, owner: str) -> workflow._Definition:
    of_class, of_run = workflow._Definition.from_class, workflow._Definition.from_run_fn
    definition = of_class(run) if inspect.isclass(run) else of_run(cast(Any, run)) if callable(run) else None
    shown = named(run)
    if definition is None:
        raise InvalidOptionError(
            f"{owner} takes a class decorated with @workflow.defn, or its run method, not {shown}."
        )
    if not definition.name:
        raise InvalidOptionError(f"{owner}: {shown} is a dynamic workflow, which has no name to be called by.")
    return definition


class _Metadata(FunctionToolMetadata):
    def arguments(self) -> list[inspect.Parameter]:
        return [each for each in self.signature.parameters.values() if not self._is_special_parameter(each.name)]

    def _is_special_parameter(self, param_name: str) -> bool:
        first = next(iter(self.signature.parameters))
        return param_name == first and param_name in ("self", "cls")

    def _extract_annotated_metadata(
        self, annotation: Any, param_name: str, param_default: Any
    ) -> tuple[Any, FieldInfo]:
        extras = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
        if not any(isinstance(extra, FieldInfo) for extra in extras):
            return super()._extract_annotated_metadata(annotation, param_name, param_default)
        described = any(isinstance(extra, FieldInfo) and extra.description for extra in extras)
        words: dict[str, Any] = (
            {} if described else {"description": self.param_descriptions.get(param_name, f"Parameter {param_name}")}
        )
        return annotation, Field(default=param_default, **words)
