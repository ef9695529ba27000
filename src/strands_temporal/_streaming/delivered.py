"""What a stream's subscribers have read, told from what they ask for next; and the truncation of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from temporalio import workflow
from temporalio.contrib.workflow_streams import WorkflowStream

from .._errors import InvalidOptionError, named

RECENT = timedelta(minutes=1)
"""How long a subscriber counts that asks for nothing any more; one that lives asks again within its cooldown."""

MAX_BYTES = 256 * 1024
"""Bytes of unread items that are kept, where the user says nothing else: what a subscriber that comes back finds."""

_ATTRIBUTE = "__strands_temporal_polls"


class _Answered(NamedTuple):
    """A poll that was answered.

    Attributes:
        at: When.
        from_offset: What was asked for; who asks has all that is before it.
        next_offset: What the subscriber will ask for, once it has the answer.
    """

    at: datetime
    from_offset: int
    next_offset: int


@dataclass
class _Polls:
    """The polls of one workflow run.

    Attributes:
        waiting: From which offset on each poll asks that is not answered.
        answered: The last answered poll of each subscriber, as far as they are recent.
        count: How many polls there were.
    """

    waiting: dict[int, int] = field(default_factory=dict[int, int])
    answered: list[_Answered] = field(default_factory=list[_Answered])
    count: int = 0

    def forget_old(self) -> None:
        since = workflow.now() - RECENT
        self.answered = [each for each in self.answered if each.at >= since]

    def forget_one_before(self, from_offset: int) -> None:
        """Forget a poll of the subscriber that asks now, or of another one that had the same answer."""
        for each in reversed(self.answered):
            if each.next_offset == from_offset:
                return self.answered.remove(each)


def _polls() -> _Polls:
    loop: Any = asyncio.get_running_loop()
    polls: Any = getattr(loop, _ATTRIBUTE, None)
    if polls is None:
        polls = _Polls()
        setattr(loop, _ATTRIBUTE, polls)
    return polls


async def noting(poll: Awaitable[Any], from_offset: int) -> Any:
    """Answer a poll, and note what its subscriber has."""
    polls = _polls()
    polls.count += 1
    number = polls.count
    polls.forget_old()
    polls.forget_one_before(from_offset)
    polls.waiting[number] = from_offset
    try:
        answer = await poll
        polls.answered.append(_Answered(workflow.now(), from_offset, answer.next_offset))
        return answer
    finally:
        del polls.waiting[number]


def truncate_stream(stream: WorkflowStream, *, max_bytes: int = MAX_BYTES) -> None:
    """Drop items of a workflow's stream that need not be kept, as before continue-as-new.

    Dropped is what every subscriber of the last minute has read, and of the rest the oldest beyond `max_bytes`. A
    subscriber that asks for dropped items gets those after them.

    Args:
        stream: The workflow's stream.
        max_bytes: Bytes of items to keep, as `WorkflowStreamState` has them; 0 to keep nothing.

    Raises:
        InvalidOptionError: `max_bytes` is not a number of 0 or more.
    """
    if type(max_bytes) is not int or max_bytes < 0:
        raise InvalidOptionError(f"truncate_stream(max_bytes=...) takes a number of 0 or more, not {named(max_bytes)}.")
    polls = _polls()
    polls.forget_old()
    state = stream.get_state()
    read_to = min([*polls.waiting.values(), *(each.from_offset for each in polls.answered)], default=0)
    kept = kept_bytes = 0
    for item in reversed(state.log):
        kept_bytes += len(item.data)
        if kept_bytes > max_bytes:
            break
        kept += 1
    end = state.base_offset + len(state.log)
    stream.truncate(min(end, max(read_to, end - kept)))
