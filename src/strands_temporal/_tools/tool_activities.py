"""The worker's side of existing tools: each is an activity of its own name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from strands.interrupt import InterruptException
from strands.types.tools import AgentTool, ToolSpec
from temporalio import activity
from temporalio.exceptions import ApplicationError

from .._errors import InvalidOptionError, named
from .._failures import Verdict, classify, to_failure
from .._runtime.activity_function import registered_name
from .._runtime.existing_tools import AgentElsewhere, context_parameter
from .._runtime.tool_events import ToolInterruptEvent, ToolResultEvent
from .._runtime.tool_providers import are_several
from .._streaming.watched import watched
from .loaded import tools_of
from .tool_request import ToolRequest

_OWNER = "StrandsPlugin(tools=[...])"


def tools_by_name(given: Any) -> dict[str, AgentTool]:
    """The tools of `StrandsPlugin(tools=...)`.

    Raises:
        InvalidOptionError: It is not several tools, or two have one name.
    """
    tools: dict[str, AgentTool] = {}
    if given is None:
        return tools
    if not are_several(given):
        raise InvalidOptionError(f"{_OWNER} takes a list of tools, not {named(given)}: tools=[...].")
    for tool in tools_of(given, _OWNER):
        if tools.setdefault(tool.tool_name, tool) is not tool:
            raise InvalidOptionError(
                f"{_OWNER} has two tools named {tool.tool_name!r}; an activity is found by its name. Rename one, as by "
                "@tool(name='...')."
            )
    return tools


class ToolActivities:
    """The tools of one worker."""

    def __init__(self) -> None:
        """Begin with none."""
        self._tools: dict[str, AgentTool] = {}

    def spec(self, name: str) -> ToolSpec | None:
        """The specification of a tool, if there is one of that name."""
        tool = self._tools.get(name)
        return None if tool is None else tool.tool_spec

    @property
    def names(self) -> list[str]:
        """The names of all tools."""
        return list(self._tools)

    def add(self, tools: Mapping[str, AgentTool], registered: Iterable[Any]) -> list[Callable[..., Any]]:
        """Add tools, which win over those of the same name.

        Args:
            tools: The tools by their names.
            registered: The activities that the worker has already.

        Returns:
            The activities of those whose names are new.

        Raises:
            InvalidOptionError: The worker has another activity of that name.
        """
        new = {name: tool for name, tool in tools.items() if name not in self._tools}
        self._tools.update(tools)
        for taken in new.keys() & {registered_name(each) for each in registered}:
            raise InvalidOptionError(
                f"{_OWNER} has the tool {taken!r}, and the worker has an activity of that name. Remove one of them, or "
                "rename the tool, as by @tool(name='...')."
            )
        return [self._activity(name) for name in new]

    def _activity(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def call(request: Any) -> Any:
            return await self._call(name, ToolRequest.decode(request))

        return call

    async def _call(self, name: str, request: ToolRequest) -> Any:
        if activity.info().is_local:
            return await _run(self._tools[name], request, threading.Event())
        async with watched(f"tool {name!r}") as liveness:
            return await _run(self._tools[name], request, liveness.stop)


async def _run(tool: AgentTool, request: ToolRequest, stop: threading.Event) -> Any:
    tool_use = request.tool_use
    state = dict(request.invocation_state)
    if context_parameter(tool):
        state["agent"] = AgentElsewhere(tool.tool_name, stop, request.interrupts)
    result: Any = None
    stream = tool.stream(tool_use, state)
    try:
        async for event in stream:
            result = event
            if isinstance(event, (ToolResultEvent, ToolInterruptEvent)):
                break
    except InterruptException:
        raise
    except Exception as error:  # of a tool that is a module or a class; Strands puts it so
        raise _failure(error, f"Error: {error}", request) from error
    finally:
        await stream.aclose()
    if isinstance(result, ToolInterruptEvent):
        raise InterruptException(result.interrupts[0])
    if not isinstance(result, ToolResultEvent):
        return result
    if (error := result.exception) is not None:
        raise _failure(error, _words(result.tool_result), request) from error
    return result.tool_result


def _words(result: Any) -> str:
    return "\n".join(part["text"] for part in result["content"] if "text" in part)


def _failure(error: Exception, message: str, request: ToolRequest) -> ApplicationError:
    """The failure, with the words that the model reads where the tool runs outside of a workflow."""
    failure = to_failure(error, message=message, type=type(error).__name__)
    if classify(error).verdict is Verdict.UNKNOWN and not request.retries:
        return ApplicationError(message, type=failure.type, non_retryable=True)
    return failure
