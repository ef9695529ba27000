"""Reads the history of the running activity's own workflow run, the newest page first and then from both ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import (
    GetWorkflowExecutionHistoryRequest,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client


async def pages(client: Client, info: activity.Info) -> AsyncGenerator[Sequence[HistoryEvent], None]:
    """Read the pages until the ends meet.

    The newest page is most often enough. Where it is not, most often all are needed; so they are fetched from both
    ends at the same time, and each while the caller reads the one before.

    Args:
        client: The worker's client.
        info: The running activity; its workflow run is read.

    Yields:
        Events, no page before the newest. A page in the middle may come twice.
    """
    assert info.workflow_id and info.workflow_run_id
    service = client.workflow_service
    execution = WorkflowExecution(workflow_id=info.workflow_id, run_id=info.workflow_run_id)

    async def newest(token: bytes) -> Any:
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace, execution=execution, next_page_token=token
        )
        return await service.get_workflow_execution_history_reverse(request, retry=True)

    async def oldest(token: bytes) -> Any:
        request = GetWorkflowExecutionHistoryRequest(
            namespace=client.namespace, execution=execution, next_page_token=token
        )
        return await service.get_workflow_execution_history(request, retry=True)

    page = await newest(b"")
    yield page.history.events
    if not page.next_page_token:
        return
    unread = range(1, page.history.events[-1].event_id)
    reading = {
        asyncio.create_task(newest(page.next_page_token)): newest,
        asyncio.create_task(oldest(b"")): oldest,
    }
    try:
        while reading and unread:
            done, _ = await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                read, page = reading.pop(task), task.result()
                if events := page.history.events:
                    last: int = events[-1].event_id
                    unread = range(unread.start, last) if read is newest else range(last + 1, unread.stop)
                if page.next_page_token and unread:
                    reading[asyncio.create_task(read(page.next_page_token))] = read
                yield events
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
