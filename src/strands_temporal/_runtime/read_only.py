"""Refuses calls of agents where Temporal lets workflow code read only."""

from __future__ import annotations

from temporalio import workflow

from .._errors import SyncCallError


def refuse_in_read_only(call: str) -> None:
    """Raise at once in a query handler or update validator, before the agent's state is touched.

    Args:
        call: The call as the user wrote it, for the message.

    Raises:
        SyncCallError: The workflow is answering a query or validating an update.
    """
    if workflow.in_workflow() and workflow.unsafe.is_read_only():
        raise SyncCallError(
            f"{call} was called in a query handler or an update validator. Those may only read: Temporal answers them "
            "without recording anything. Call the agent in @workflow.run, a signal or an update handler, keep the "
            "result in the workflow, and return it from the query."
        )
