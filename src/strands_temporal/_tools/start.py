"""Starts the activity of a tool or a hook, a local one in a way that replays where the worker does not have it."""

from __future__ import annotations

from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from .._options import NOT_REGISTERED, Activity
from .._runtime.decisions import refused

_UNKNOWN = "strands-temporal-local-activity"


def start(name: str, arguments: list[Any], options: Activity, values: dict[str, Any]) -> Any:
    """Start it.

    Args:
        name: Name of the activity.
        arguments: Its arguments.
        options: Its options.
        values: The keywords that they became.

    Raises:
        ApplicationError: It is local, and the worker does not have it. Temporal itself asks that in no replay, so it is
            recorded here.
    """
    if not options.is_local:
        return workflow.start_activity(name, args=arguments, **values)
    call: Any = workflow.start_local_activity
    if workflow.unsafe.is_replaying():
        if refused(_UNKNOWN, lambda: False):
            raise _unknown(name)
        return call(name, args=arguments, **values)
    try:
        started = call(name, args=arguments, **values)
    except ValueError as error:
        refused(_UNKNOWN, lambda: True)
        raise _unknown(name) from error
    refused(_UNKNOWN, lambda: False)
    return started


def _unknown(name: str) -> ApplicationError:
    return ApplicationError(
        f"Local activities run on the workflow's own worker, and it has no activity {name!r}.",
        type=NOT_REGISTERED,
        non_retryable=True,
    )
