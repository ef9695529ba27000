"""The input of an activity hook: one value without anything in it that belongs to the workflow."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast, get_type_hints

from pydantic import BaseModel
from strands import Agent
from strands.hooks import BaseHookEvent, HookRegistry
from strands.models import Model
from strands.tools import ToolProvider
from strands.types.tools import AgentTool

from .._errors import InvalidArgumentError, InvalidOptionError, named

_LIVE = (BaseHookEvent, Agent, AgentTool, ToolProvider, Model, HookRegistry)
"""What belongs to the workflow, and would cross as nonsense or not at all."""

_DEPTH = 20
"""How deep to look; what is deeper, or holds itself, is left to the converter."""


class HookInput:
    """Makes the arguments of a hook's activity of an event."""

    def __init__(self, owner: str, function: Callable[..., Any], activity_input: Callable[[Any], Any]) -> None:
        """Check that both functions fit.

        Args:
            owner: The hook's name, for errors.
            function: The activity.
            activity_input: The user's function of the event.

        Raises:
            InvalidOptionError: `activity_input` cannot be called with an event, or the activity takes other than one
                argument or none.
        """
        self._owner = owner
        self._activity_input = activity_input
        self._takes_nothing = _takes_nothing(owner, function)
        self.event_hint = _checked_input_function(owner, activity_input)

    def of(self, event: BaseHookEvent) -> list[Any]:
        """The arguments for an event.

        Raises:
            InvalidArgumentError: The user's function returned what an activity cannot be given.
            Exception: What that function raises.
        """
        value = self._activity_input(event)
        for path, live in _live_parts(value, "", _DEPTH):
            kind = type(live).__name__
            where = f"in {path}" if path else "itself"
            raise InvalidArgumentError(
                f"{self._owner}: activity_input returned the {kind} {where}, which belongs to the workflow and cannot "
                "be given to an activity. Return the values that the activity needs: "
                "activity_input=lambda event: event.tool_use['name'], several as a dataclass or a pydantic model."
            )
        if not self._takes_nothing:
            return [value]
        if value is not None:
            raise InvalidArgumentError(
                f"{self._owner}: activity_input returned a value of type {type(value).__name__}, and the activity "
                "takes no argument. Give it a parameter, or have activity_input return None."
            )
        return []


def _takes_nothing(owner: str, function: Callable[..., Any]) -> bool:
    parameters = list(inspect.signature(function).parameters.values())
    if parameters and parameters[0].name == "self" and not inspect.ismethod(function):
        del parameters[0]  # a method, as workflow.execute_activity_method takes it
    needed = [each for each in parameters if each.default is each.empty and each.kind not in _VARIABLE]
    if len(needed) > 1 or any(each.kind is each.KEYWORD_ONLY for each in needed):
        raise InvalidOptionError(
            f"{owner}: the activity of a hook is given one argument, and this one needs "
            f"{', '.join(each.name for each in needed)}. Let it take one dataclass or pydantic model of these."
        )
    return not any(each.kind not in (each.KEYWORD_ONLY, each.VAR_KEYWORD) for each in parameters)


_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _checked_input_function(owner: str, activity_input: Any) -> Any:
    """Check the function, and return what its parameter is annotated with, or None."""
    example = "activity_input=lambda event: event.tool_use['name']"
    if not callable(activity_input):
        raise InvalidOptionError(
            f"{owner}: activity_input takes a function of the event, not {named(activity_input)}: {example}."
        )
    if inspect.iscoroutinefunction(activity_input):
        raise InvalidOptionError(f"{owner}: activity_input is an async function; it must be a plain one: {example}.")
    try:
        signature = inspect.signature(activity_input)
        signature.bind(None)
    except ValueError:  # a builtin says nothing of its parameters
        return None
    except TypeError as error:
        raise InvalidOptionError(
            f"{owner}: activity_input is called with one argument, the event ({error}): {example}."
        ) from error
    try:
        return get_type_hints(activity_input).get(next(iter(signature.parameters)))
    except Exception:  # hints that cannot be read say nothing
        return None


def _live_parts(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, _LIVE):
        yield path, value
        return
    if depth:
        for name, part in _parts(value):
            yield from _live_parts(part, path + name, depth - 1)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in cast(Mapping[Any, Any], value).items():
            yield f"[{key!r}]", item
    elif isinstance(value, (list, tuple, set, frozenset)):
        for index, item in enumerate(cast("list[Any]", value)):
            yield f"[{index}]", item
    elif isinstance(value, BaseModel):
        for name, item in value:
            yield f".{name}", item
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield f".{field.name}", getattr(value, field.name, None)
