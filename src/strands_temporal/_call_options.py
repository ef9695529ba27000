"""Options of child workflows and of Nexus operations that are tools or agents of an agent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from temporalio.common import (
    Priority,
    RetryPolicy,
    SearchAttributes,
    TypedSearchAttributes,
    WorkflowIDReusePolicy,
)
from temporalio.workflow import (
    ChildWorkflowCancellationType,
    NexusOperationCancellationType,
    ParentClosePolicy,
    VersioningIntent,
)
from typing_extensions import TypedDict

from ._options import checked

NEXUS_SCHEDULE_TO_CLOSE = timedelta(minutes=10)
"""Longest Nexus operation of a tool where the user sets no limit; its handler is retried until then."""


class ChildWorkflowOptions(TypedDict, total=False):
    """The keywords of Temporal's `workflow.execute_child_workflow`, as far as a tool can have them.

    Attributes:
        id: Explicit workflow id. Two calls in flight cannot share one; leave it to Temporal.
        task_queue: Task queue of the child; the workflow's own by default.
        cancellation_type: What a cancelled workflow waits for; `WAIT_CANCELLATION_COMPLETED` by default.
        parent_close_policy: What becomes of the child when the workflow ends before it; `TERMINATE` by default.
        execution_timeout: Limit for the child with all its runs; none by default.
        run_timeout: Limit for one run; none by default.
        task_timeout: Limit for one workflow task.
        id_reuse_policy: What happens where the id was used before.
        retry_policy: Retries of the child as a whole; none by default.
        memo: Memo of the child.
        search_attributes: Search attributes of the child.
        versioning_intent: Worker versioning intent (deprecated by Temporal).
        static_summary: Text shown for the child in the Web UI and CLI.
        static_details: More of it.
        priority: Task queue priority.
    """

    id: str | None
    task_queue: str | None
    cancellation_type: ChildWorkflowCancellationType
    parent_close_policy: ParentClosePolicy
    execution_timeout: timedelta | None
    run_timeout: timedelta | None
    task_timeout: timedelta | None
    id_reuse_policy: WorkflowIDReusePolicy
    retry_policy: RetryPolicy | None
    memo: Mapping[str, Any] | None
    search_attributes: SearchAttributes | TypedSearchAttributes | None
    versioning_intent: VersioningIntent | None
    static_summary: str | None
    static_details: str | None
    priority: Priority


_CHILD_TYPES: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "task_queue": str,
    "cancellation_type": ChildWorkflowCancellationType,
    "parent_close_policy": ParentClosePolicy,
    "execution_timeout": timedelta,
    "run_timeout": timedelta,
    "task_timeout": timedelta,
    "id_reuse_policy": WorkflowIDReusePolicy,
    "retry_policy": RetryPolicy,
    "memo": Mapping,
    "search_attributes": (Mapping, TypedSearchAttributes),
    "versioning_intent": VersioningIntent,
    "static_summary": str,
    "static_details": str,
    "priority": Priority,
}


class NexusOperationOptions(TypedDict, total=False):
    """The keywords of Temporal's `NexusClient.start_operation`.

    Attributes:
        schedule_to_close_timeout: Limit for the operation with all attempts of its handler; 10 minutes by default.
        cancellation_type: What a cancelled workflow waits for; `WAIT_COMPLETED` by default.
        headers: Headers of the operation.
        summary: Text shown for the operation in the Web UI and CLI.
    """

    schedule_to_close_timeout: timedelta | None
    cancellation_type: NexusOperationCancellationType
    headers: Mapping[str, str] | None
    summary: str | None


_NEXUS_TYPES: dict[str, type | tuple[type, ...]] = {
    "schedule_to_close_timeout": timedelta,
    "cancellation_type": NexusOperationCancellationType,
    "headers": Mapping,
    "summary": str,
}


def child_workflow_options(options: Mapping[str, Any], *, owner: str) -> dict[str, Any]:
    """The options of a child workflow, checked.

    Raises:
        InvalidOptionError: An option has a wrong name, type or value.
    """
    return dict(checked(options, _CHILD_TYPES, owner=owner, what="child workflow").values)


def nexus_operation_options(options: Mapping[str, Any], *, owner: str) -> dict[str, Any]:
    """The options of a Nexus operation, checked, with a limit of time where the user gave none.

    Raises:
        InvalidOptionError: An option has a wrong name, type or value.
    """
    given = checked(options, _NEXUS_TYPES, owner=owner, what="Nexus operation").values
    return {"schedule_to_close_timeout": NEXUS_SCHEDULE_TO_CLOSE, **given}
