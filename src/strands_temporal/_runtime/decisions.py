"""Refusals that hang on the worker's settings: each is recorded where it is made, so that every replay makes it again.

Private part of asyncio's kind used here: the workflow instance is the event loop, so what is counted is its attribute.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import workflow

_ATTRIBUTE = "__strands_temporal_decisions"


def refused(kind: str, refuses: Callable[[], bool]) -> bool:
    """Whether something is refused; in a replay, whether it was.

    A refusal is recorded as a patch of its own, and what is not refused leaves nothing in the history.

    Args:
        kind: Beginning of the patches' ids, which stand in histories.
        refuses: Whether it is to be refused, as settings are now. Not asked in a replay.
    """
    if workflow.unsafe.is_read_only():
        return refuses()
    number = _next(kind)
    return (workflow.unsafe.is_replaying() or refuses()) and workflow.patched(f"{kind}-{number}")


def _next(kind: str) -> int:
    loop: Any = asyncio._get_running_loop()
    counts: dict[str, int] | None = getattr(loop, _ATTRIBUTE, None)
    if counts is None:
        counts = {}
        setattr(loop, _ATTRIBUTE, counts)
    counts[kind] = counts.get(kind, 0) + 1
    return counts[kind]
