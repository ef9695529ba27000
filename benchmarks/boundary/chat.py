"""One conversation with a chat workflow, checked turn by turn."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import temporalio.api.enums.v1 as enums
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from .settings import Settings
from .transcript import WINDOW, Transcript

_TASK_DONE = enums.EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED

STUCK_SECONDS = 20.0
"""A turn without an answer for so long is stuck; the slowest takes a second or two."""


class StoppedError(Exception):
    """A conversation that cannot go on; the message says how and in which turn."""


class WrongAnswerError(Exception):
    """The model was not given what it had to be given."""


class Chat:
    """A conversation."""

    def __init__(self, handle: WorkflowHandle[Any, Any], transcript: Transcript) -> None:
        """Create it for a workflow that runs already."""
        self.handle = handle
        self._transcript = transcript

    @property
    def turns(self) -> int:
        """How many turns were begun."""
        return self._transcript.turns

    async def turn(self, action: str) -> float:
        """Take a turn.

        Returns:
            Its seconds.

        Raises:
            StoppedError: The server ended the workflow, or it makes no progress.
            WrongAnswerError: The answer is another than it has to be.
        """
        prompt, expected = self._transcript.turn(action)
        start = time.perf_counter()
        # Not wait_for: the client turns its cancellation into an error of its own, and so would hide a Ctrl+C.
        update = asyncio.ensure_future(self.handle.execute_update("turn", prompt))
        update.add_done_callback(lambda done: done.cancelled() or done.exception())  # else asyncio would complain
        try:
            await asyncio.wait([update], timeout=STUCK_SECONDS)
        finally:
            update.cancel()
        seconds = time.perf_counter() - start
        try:
            answer = await update
        except (WorkflowUpdateFailedError, RPCError) as error:
            if (await self.handle.describe()).status is not WorkflowExecutionStatus.TERMINATED:
                raise
            raise StoppedError(f"killed at turn {self.turns}") from error
        except (asyncio.CancelledError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            raise StoppedError(f"stuck at turn {self.turns}") from error
        if answer != expected:
            raise WrongAnswerError(f"turn {self.turns}: {answer[:100]!r}, and not {expected[:100]!r}")
        return seconds

    async def take(self, turns: int, action: str = "tool") -> None:
        """Take turns until there are so many."""
        while self.turns < turns:
            await self.turn(action)


@asynccontextmanager
async def chat(client: Client, variant: str, queue: str, settings: Settings | None = None) -> AsyncGenerator[Chat]:
    """A conversation whose workflow has begun and waits for its first turn; terminated in the end."""
    settings = settings or Settings()
    name = f"boundary-{variant}-{uuid.uuid4()}"
    handle = await client.start_workflow("Chat", settings, id=name, task_queue=queue)
    try:
        async for event in handle.fetch_history_events(wait_new_event=True):
            if event.event_type == _TASK_DONE:
                break
        kept = WINDOW if settings.window else None
        yield Chat(handle, Transcript("chat", kept=0 if variant == "raw" else kept))
    finally:
        await _terminate(handle)


async def _terminate(handle: WorkflowHandle[Any, Any]) -> None:
    try:
        await handle.terminate("the benchmark is done with it")
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
