"""A workflow that gives each time something else, in the order in which Temporal expects it."""

from __future__ import annotations

import itertools
from datetime import timedelta

from temporalio import activity, workflow

MADE = itertools.count()
STOPS = False
"""Whether it gives nothing any more where it is not replayed; set in the process of a test, which no workflow sees."""


@activity.defn
async def take(number: int) -> int:
    """Take a number."""
    return number


@workflow.defn
class Counts:
    @workflow.run
    async def run(self, changing: bool) -> list[int]:
        taken: list[int] = []
        for number in range(3):
            if STOPS and not workflow.unsafe.is_replaying():
                await workflow.wait_condition(lambda: False)
            taken.append(
                await workflow.execute_activity(
                    take, next(MADE) if changing else number, start_to_close_timeout=timedelta(seconds=10)
                )
            )
        return taken
