"""The settings of the worker that runs a workflow, found from the workflow's code.

Private part of asyncio's kind used here: the workflow instance is the event loop, so what belongs to the instance is an
attribute of the running loop.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import asyncio
from typing import Any

from temporalio import workflow

from .._settings import WorkerSettings

_ATTRIBUTE = "__strands_temporal_settings"


def attach_settings(settings: WorkerSettings) -> None:
    """Attach the worker's settings to the workflow that is being created; called from an interceptor's `init`."""
    setattr(workflow._Runtime.current(), _ATTRIBUTE, settings)


def current_settings() -> WorkerSettings:
    """The settings of the worker that runs the calling workflow code."""
    loop: Any = asyncio._get_running_loop()
    return getattr(loop, _ATTRIBUTE)
