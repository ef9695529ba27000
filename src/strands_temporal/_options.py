"""Activity options: keywords at the public edge, one checked object inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from temporalio.common import Priority, RetryPolicy
from temporalio.workflow import ActivityCancellationType, VersioningIntent
from typing_extensions import TypedDict

from ._errors import InvalidOptionError, named


class ActivityOptions(TypedDict, total=False):
    """The keywords of Temporal's `workflow.execute_activity` that every activity of an agent takes.

    Attributes:
        task_queue: Task queue of the activity; the workflow's own by default.
        schedule_to_close_timeout: Limit for the activity with all its attempts; none by default.
        schedule_to_start_timeout: Limit for waiting on a worker; none by default.
        start_to_close_timeout: Limit for one attempt.
        heartbeat_timeout: How long an attempt may be silent before it counts as lost.
        retry_policy: Temporal's retry policy for the activity; the server's default has no limit of attempts.
        cancellation_type: What a cancelled workflow waits for; `TRY_CANCEL` by default.
        versioning_intent: Worker versioning intent (deprecated by Temporal).
        summary: Text shown for the activity in the Web UI and CLI.
        priority: Task queue priority.
    """

    task_queue: str | None
    schedule_to_close_timeout: timedelta | None
    schedule_to_start_timeout: timedelta | None
    start_to_close_timeout: timedelta | None
    heartbeat_timeout: timedelta | None
    retry_policy: RetryPolicy | None
    cancellation_type: ActivityCancellationType
    versioning_intent: VersioningIntent | None
    summary: str | None
    priority: Priority


class ToolActivityOptions(ActivityOptions, total=False):
    """`ActivityOptions` for an activity that is called as a tool or as a hook.

    Attributes:
        activity_id: Explicit activity id. Two calls in flight cannot share one; leave it to Temporal.
    """

    activity_id: str | None


class LocalActivityOptions(TypedDict, total=False):
    """The keywords of Temporal's `workflow.execute_local_activity`.

    Attributes:
        schedule_to_close_timeout: Limit for the activity with all its attempts; none by default.
        schedule_to_start_timeout: Limit for waiting until the worker starts it; none by default.
        start_to_close_timeout: Limit for one attempt.
        retry_policy: Temporal's retry policy for the activity.
        local_retry_threshold: A retry after a longer time than this is a timer of the workflow; 1 minute by default.
        cancellation_type: What a cancelled workflow waits for; `TRY_CANCEL` by default.
        activity_id: Explicit activity id. Two calls in flight cannot share one; leave it to Temporal.
        summary: Text shown for the activity in the Web UI and CLI.
    """

    schedule_to_close_timeout: timedelta | None
    schedule_to_start_timeout: timedelta | None
    start_to_close_timeout: timedelta | None
    retry_policy: RetryPolicy | None
    local_retry_threshold: timedelta | None
    cancellation_type: ActivityCancellationType
    activity_id: str | None
    summary: str | None


_TYPES: dict[str, type | tuple[type, ...]] = {
    "task_queue": str,
    "schedule_to_close_timeout": timedelta,
    "schedule_to_start_timeout": timedelta,
    "start_to_close_timeout": timedelta,
    "heartbeat_timeout": timedelta,
    "retry_policy": RetryPolicy,
    "cancellation_type": ActivityCancellationType,
    "versioning_intent": VersioningIntent,
    "summary": str,
    "priority": Priority,
    "activity_id": str,
}

_LOCAL_TYPES = {name: _TYPES.get(name, timedelta) for name in LocalActivityOptions.__annotations__}

MODEL_START_TO_CLOSE = timedelta(minutes=10)
"""Longest model call where the user sets no limit; Strands' own Bedrock read timeout is 2 minutes between chunks."""

SANDBOX_START_TO_CLOSE = timedelta(minutes=10)
"""Longest attempt of an operation in a sandbox where the user sets no limit, but for commands with a longer timeout."""

STORE_START_TO_CLOSE = timedelta(minutes=1)
"""Longest attempt of an operation of a storage, session repository or memory store where the user sets no limit."""

TOOL_START_TO_CLOSE = timedelta(minutes=10)
"""Longest attempt of an activity tool where the user sets no limit."""

LOCAL_START_TO_CLOSE = timedelta(minutes=1)
"""Longest attempt of a local activity where the user sets no limit: its worker keeps the workflow's task meanwhile."""

HOOK_START_TO_CLOSE = timedelta(minutes=10)
"""Longest attempt of an activity hook where the user sets no limit."""

MODEL_HEARTBEAT = timedelta(seconds=30)
"""Heartbeat timeout of model calls that may take longer than `LONG_CALL` where the user sets none."""

LONG_CALL = timedelta(minutes=1)

NOT_REGISTERED = "NotFoundError"
"""Error type by which Temporal says that a worker does not know an activity; it would retry that for ever."""


@dataclass(frozen=True)
class Activity:
    """Options of one kind of activity, checked, with safe defaults filled in."""

    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    is_local: bool = False

    @staticmethod
    def of_local(options: Mapping[str, Any], *, owner: str) -> Activity:
        """Check the options that a user gave for a local activity.

        Args:
            options: Keywords of `LocalActivityOptions`; None means not given.
            owner: What they were given to, for error messages.

        Raises:
            InvalidOptionError: An option has a wrong name, type or value, or local activities have none of that name.
        """
        for name, value in options.items():
            if value is not None and name in _TYPES and name not in _LOCAL_TYPES:
                raise InvalidOptionError(
                    f"{owner}({name}=...) is not for local activities, which run on the workflow's own worker, "
                    f"without a task queue or heartbeats. Write {owner.replace('local_', '')}(...) for an activity "
                    f"with {name}, or leave it out. The options of local activities are: {', '.join(_LOCAL_TYPES)}."
                )
        return replace(checked(options, _LOCAL_TYPES, owner=owner), is_local=True)

    @staticmethod
    def of(options: Mapping[str, Any], *, owner: str) -> Activity:
        """Check the options that a user gave.

        Args:
            options: Keywords of `ActivityOptions` or `ToolActivityOptions`; None means not given.
            owner: What they were given to, for error messages, like `TemporalAgent`.

        Raises:
            InvalidOptionError: An option has a wrong name, type or value.
        """
        return checked(options, _TYPES, owner=owner)

    def with_defaults(self, *, start_to_close: timedelta, heartbeat: timedelta | None = None) -> Activity:
        """Fill in the limits without which a lost call would be waited for, for ever."""
        values = dict(self.values)
        if "start_to_close_timeout" not in values and "schedule_to_close_timeout" not in values:
            values["start_to_close_timeout"] = start_to_close
        limit: timedelta = values.get("start_to_close_timeout") or values["schedule_to_close_timeout"]
        if heartbeat is not None and "heartbeat_timeout" not in values and limit > LONG_CALL:
            values["heartbeat_timeout"] = heartbeat
        return replace(self, values=values)

    def never_retrying(self, *error_types: str) -> Activity:
        """Add error types that the server must not retry, to the user's retry policy or to the default one."""
        policy: RetryPolicy = self.values.get("retry_policy") or RetryPolicy()
        types = [*(policy.non_retryable_error_types or ()), *error_types]
        return replace(self, values={**self.values, "retry_policy": replace(policy, non_retryable_error_types=types)})


def checked(
    options: Mapping[str, Any], types: Mapping[str, type | tuple[type, ...]], *, owner: str, what: str = "activity"
) -> Activity:
    """Check options that a user gave.

    Args:
        options: The options; None means not given.
        types: The type of each that there is.
        owner: What they were given to, for error messages.
        what: What they are options of.

    Raises:
        InvalidOptionError: An option has a wrong name, type or value.
    """
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        if name not in types:
            raise InvalidOptionError(
                f"{owner} got an unknown option {name!r}. Its {what} options are: {', '.join(types)}."
            )
        if not isinstance(value, types[name]):
            expected = getattr(types[name], "__name__", types[name])
            hint = f", as in {name}=timedelta(seconds=60)" if expected == "timedelta" else ""
            raise InvalidOptionError(
                f"{owner}({name}=...) takes a {expected}{hint}, not {named(value)} of type {type(value).__name__}."
            )
        if isinstance(value, timedelta) and value <= timedelta(0):
            raise InvalidOptionError(f"{owner}({name}=...) must be longer than zero, not {value}.")
    return Activity(given)
