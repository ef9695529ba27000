"""What belongs to the worker that runs a workflow, found from the workflow's code.

Private part of asyncio's kind used here: the workflow instance is the event loop, so what belongs to the instance is an
attribute of the running loop.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import asyncio
from typing import Any, Protocol

from strands.types.tools import ToolSpec
from temporalio import workflow

from .._model.cache import RequestCache
from .._settings import WorkerSettings

_ATTRIBUTE = "__strands_temporal_parts"


class ToolSpecs(Protocol):
    """What a worker knows of the tools of its plugin."""

    @property
    def names(self) -> list[str]:
        """Their names."""
        ...

    def spec(self, name: str) -> ToolSpec | None:
        """The specification of one, if there is one of that name."""
        ...


def attach(settings: WorkerSettings, cache: RequestCache | None, tools: ToolSpecs) -> None:
    """Attach the worker's parts to the workflow that is being created; called from an interceptor's `init`."""
    setattr(workflow._Runtime.current(), _ATTRIBUTE, (settings, cache, tools))


def current_settings() -> WorkerSettings:
    """The settings of the worker that runs the calling workflow code."""
    return _parts()[0]


def current_cache() -> RequestCache | None:
    """Where the worker's activities find requests at hand; None where they are not to."""
    return _parts()[1]


def current_tools() -> ToolSpecs:
    """The tools of the worker's plugin."""
    return _parts()[2]


def _parts() -> tuple[WorkerSettings, RequestCache | None, ToolSpecs]:
    loop: Any = asyncio._get_running_loop()
    return getattr(loop, _ATTRIBUTE)
