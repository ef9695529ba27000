"""All the runs of a workflow that continued as new."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio.client import WorkflowHistory

from ..env import LIMIT, Env, EventType, of_type


async def runs_of(env: Env, handle: Any) -> list[WorkflowHistory]:
    """The histories of a workflow's runs, the first one first; each replays."""
    histories: list[WorkflowHistory] = []
    run_id = handle.first_execution_run_id
    while run_id:
        history = await env.client.get_workflow_handle(handle.id, run_id=run_id).fetch_history()
        await env.replay(history)
        histories.append(history)
        ended = of_type(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW)
        run_id = ended[0].workflow_execution_continued_as_new_event_attributes.new_execution_run_id if ended else None
    return histories


async def next_run(handle: Any, before: str) -> str:
    """The id of the run that comes after one."""
    for _ in range(int(LIMIT / 0.02)):
        if (run_id := (await handle.describe()).run_id) != before:
            return run_id
        await asyncio.sleep(0.02)
    raise AssertionError(f"no further run within {LIMIT} s")
