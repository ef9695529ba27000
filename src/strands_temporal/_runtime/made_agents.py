"""Keeps the agents that Strands' `subagent` and `swarm` tools make, while they wait for an answer, apart by run.

Both tools keep them in memory, by the ids of tool calls, and `strands.vended_tools.subagent` and `swarm` are there
once for a whole process. A run that was taken out of the cache and is replayed would find what it had left there
before, and ask no model again; other runs would find it too. So in a workflow what they keep stands at the run's event
loop. Private names of Strands used here: `_SubagentTool` and its `_pending`, which becomes a property of the class;
`_SWARM_TOOLS`, which knows all tools that `make_swarm` has made, and the variable `pending` of their functions.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any
from weakref import WeakSet

from temporalio import workflow

from .existing_tools import function_of

_ATTRIBUTE = "__strands_temporal_made_agents"

_MODULES = sys.modules  # in a workflow, the sandbox's own mapping stands at this name


class _Kept(MutableMapping[str, Any]):
    """What a tool keeps: of the running workflow, or outside of workflows."""

    def __init__(self) -> None:
        self._outside: dict[str, Any] = {}

    def _here(self) -> dict[str, Any]:
        if not workflow.in_workflow():
            return self._outside
        loop: Any = asyncio.get_running_loop()
        return loop.__dict__.setdefault(_ATTRIBUTE, {}).setdefault(id(self), {})

    def __getitem__(self, key: str) -> Any:
        return self._here()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._here()[key] = value

    def __delitem__(self, key: str) -> None:
        del self._here()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._here())

    def __len__(self) -> int:
        return len(self._here())


class _Property:
    """`_pending` of a tool; what Strands assigns when a tool is made is empty."""

    def __get__(self, tool: Any, kind: Any = None) -> Any:
        own: dict[str, Any] = vars(tool)
        if not isinstance(own.get("_pending"), _Kept):
            own["_pending"] = _Kept()
        return own["_pending"]

    def __set__(self, tool: Any, value: Any) -> None:
        vars(tool)["_pending"] = _Kept()


class _SwarmTools(WeakSet[Any]):
    """All tools that `make_swarm` has made."""

    def add(self, item: Any) -> None:
        function: Any = function_of(item)
        cells: dict[str, Any] = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        if not isinstance(cells["pending"].cell_contents, _Kept):
            cells["pending"].cell_contents = _Kept()
        super().add(item)


def install() -> None:
    """Replace both where they are imported; calling it again changes nothing.

    They are not imported for it, for that takes long: it is called again whenever an agent is invoked in a workflow.
    """
    subagent: Any = getattr(_MODULES.get("strands.vended_tools.subagent.subagent"), "_SubagentTool", None)
    if subagent is not None and not isinstance(inspect.getattr_static(subagent, "_pending", None), _Property):
        subagent._pending = _Property()
    swarm: Any = _MODULES.get("strands.vended_tools.swarm.swarm")
    tools: Any = getattr(swarm, "_SWARM_TOOLS", None)
    if tools is not None and not isinstance(tools, _SwarmTools):
        swarm._SWARM_TOOLS = _SwarmTools()
        for each in tools:
            swarm._SWARM_TOOLS.add(each)
