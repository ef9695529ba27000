"""What a sandbox in a workflow is told of its activities: keywords at the public edge, one checked object inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .._options import MODEL_HEARTBEAT, NOT_REGISTERED, SANDBOX_START_TO_CLOSE, Activity, ActivityOptions
from .._streaming.options import check_topic

OWNER = "TemporalSandbox"

_LOST = ("TemporalTimeout:StartToClose", "TemporalTimeout:Heartbeat")
"""By these error types a retry policy says that the server must not try an attempt again that was lost."""

_AFTER_THE_COMMAND = timedelta(minutes=1)


class SandboxOptions(ActivityOptions, total=False):
    """`ActivityOptions`, and what is published of the output.

    Attributes:
        streaming_topic: Topic of the workflow's `WorkflowStream`; none by default.
        streaming_batch_interval: Time between two batches; by default 100 ms, growing to 2 s.
    """

    streaming_topic: str | None
    streaming_batch_interval: timedelta | None


@dataclass(frozen=True)
class SandboxCalls:
    """How the operations of one sandbox are called.

    Attributes:
        given: The activity options that the user gave.
        topic: Topic for output; None for none.
        interval: Time between batches; None for one that grows.
    """

    given: Activity
    topic: str | None
    interval: timedelta | None

    @staticmethod
    def of(options: Mapping[str, Any]) -> SandboxCalls:
        """Check what the user gave.

        Raises:
            InvalidOptionError: An option has a wrong name, type or value.
        """
        rest = dict(options)
        topic, interval = check_topic(OWNER, rest)
        return SandboxCalls(Activity.of(rest, owner=OWNER), topic, interval)

    @property
    def may_repeat(self) -> bool:
        """Whether a command that may have run may be run again: where the user says how it is to be retried."""
        return "retry_policy" in self.given.values

    def options(self, timeout: Any, *, executes: bool) -> Mapping[str, Any]:
        """The options of one activity.

        Args:
            timeout: Seconds that the command may take, if it is one.
            executes: Whether it runs something.
        """
        limit = SANDBOX_START_TO_CLOSE
        if isinstance(timeout, int | float) and timeout < timedelta.max.total_seconds() / 2:
            limit = max(limit, timedelta(seconds=timeout) + _AFTER_THE_COMMAND)
        options = self.given.with_defaults(start_to_close=limit, heartbeat=MODEL_HEARTBEAT)
        lost = _LOST if executes and not self.may_repeat else ()
        return options.never_retrying(NOT_REGISTERED, *lost).values

    def streaming_fields(self) -> dict[str, Any]:
        """The entries of a request by which output is published."""
        if self.topic is None:
            return {}
        seconds = None if self.interval is None else self.interval.total_seconds()
        return {"streaming_topic": self.topic, "streaming_batch_interval_seconds": seconds}
