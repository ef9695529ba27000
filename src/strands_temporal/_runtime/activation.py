"""What a workflow is being told in the step that it is in.

Temporal hands a workflow its events in steps, and in each step updates come before results of activities and timers.
A worker that has to replay a workflow may get an update in one step with events that the sender has long seen dealt
with, and so before them. Private here: the workflow instance IS the event loop, and is where the step is noted.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import asyncio
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation

_ATTRIBUTE = "__strands_temporal_activation"
_BEFORE_OR_WITH_UPDATES = {
    "initialize_workflow",
    "update_random_seed",
    "notify_has_patch",
    "signal_workflow",
    "do_update",
    "query_workflow",
    "remove_from_cache",
}


def note_activation(loop: Any, activation: WorkflowActivation) -> None:
    """Keep the step that a workflow is in; called before each."""
    setattr(loop, _ATTRIBUTE, activation)


def more_follows_updates() -> bool:
    """Whether the step of the running workflow has results that it gets after the updates."""
    return bool(_jobs() - _BEFORE_OR_WITH_UPDATES)


def begins() -> bool:
    """Whether the running workflow begins in this step; then its main function starts after the updates."""
    return "initialize_workflow" in _jobs()


def _jobs() -> set[str]:
    activation: WorkflowActivation | None = getattr(asyncio._get_running_loop(), _ATTRIBUTE, None)
    return {str(job.WhichOneof("variant")) for job in (activation.jobs if activation else ())}
