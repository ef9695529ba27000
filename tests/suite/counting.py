"""A workflow that gives each time something else, in the order in which Temporal expects it."""

from __future__ import annotations

import itertools
from datetime import timedelta

from temporalio import activity, workflow

MADE = itertools.count()


@activity.defn
async def take(number: int) -> int:
    """Take a number."""
    return number


@workflow.defn
class Counts:
    @workflow.run
    async def run(self, changing: bool) -> list[int]:
        return [
            await workflow.execute_activity(
                take, next(MADE) if changing else number, start_to_close_timeout=timedelta(seconds=10)
            )
            for number in range(3)
        ]
