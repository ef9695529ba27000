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
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, Field, ValidationError
from pydantic.fields import FieldInfo
from strands.tools.decorator import FunctionToolMetadata
from strands.types.tools import ToolSpec
from temporalio import activity

from .._errors import InvalidOptionError
from .light_copies import copy_plain


class ActivityFunction:
    """An activity as a tool: name, specification, and the check of a model's input against its signature."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """Read the function, or find what was read of it before.

        Raises:
            InvalidOptionError: It is not an activity, is a dynamic one, or takes arguments a model cannot give.
        """
        read = _Read.of(function)
        self.name: str = read.name
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
            problems = "; ".join(
                f"{'.'.join(str(part) for part in each['loc']) or 'input'}: {each['msg']}" for each in error.errors()
            )
            raise ValueError(f"The input of tool {self.name!r} does not fit: {problems}.") from error
        return [getattr(checked, name) for name in self._names]


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


def _read(function: Callable[..., Any]) -> _Read:
    shown = getattr(function, "__qualname__", repr(function))
    if not callable(function) or not (definition := activity._Definition.from_callable(function)):
        raise InvalidOptionError(
            f"activity_as_tool takes a function decorated with @activity.defn, not {shown}. Add the decorator, "
            "or pass a plain @tool function to the agent directly to run it in the workflow."
        )
    if not definition.name:
        raise InvalidOptionError(f"{shown} is a dynamic activity, which has no name that a tool could have.")
    metadata = _Metadata(function)
    for parameter in metadata.arguments():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.KEYWORD_ONLY):
            raise InvalidOptionError(
                f"Activity {definition.name!r} takes '{parameter}', which a tool cannot: name each parameter, and let "
                "it be given by position, as activities are called."
            )
    spec = metadata.extract_metadata()
    spec["name"] = definition.name
    names = [parameter.name for parameter in metadata.arguments()]
    return _Read(function, definition.name, names, metadata.input_model, spec)


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
