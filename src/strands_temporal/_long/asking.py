"""execute_turn: the client's side of a turn that may outlive the run that it was asked in."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from .._errors import InvalidOptionError

_AGAIN = ("TurnGoesOnError", "AcceptedUpdateCompletedWorkflow", "UnprocessedUpdate")
"""What `Turns` raises where the answer comes in the next run, and the server where a run ends before a handler does, or
before it begins."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(milliseconds=50), timedelta(seconds=2)


async def execute_turn(
    workflow: WorkflowHandle[Any, Any],
    update: str | Callable[..., Any],
    *args: Any,
    id: str | None = None,
    **options: Any,
) -> Any:
    """Execute an update that `Turns.ask` answers, and wait for the answer, through as many runs as it takes.

    It sends the update again, with the same id, each time the chat goes on in a new run. The turn is done once.

    Args:
        workflow: The chat; a handle without a run id.
        update: The update.
        *args: Its arguments.
        id: The update's id; a new one by default. Give one of your own to ask for the same turn again after this
            process was restarted.
        **options: Further arguments of `WorkflowHandle.execute_update`.

    Returns:
        The answer.

    Raises:
        InvalidOptionError: The handle has a run id, so it does not follow the chat.
        WorkflowUpdateFailedError: The turn failed.
        RPCError: As from `WorkflowHandle.execute_update`, of status `NOT_FOUND` where the chat has ended.
    """
    if workflow.run_id is not None:
        raise InvalidOptionError(
            "execute_turn(handle, ...) takes the handle of a chat, not of one of its runs: "
            "client.get_workflow_handle(workflow_id)."
        )
    pause, id = _FIRST_PAUSE, id or str(uuid.uuid4())
    handle: Any = workflow
    while True:
        try:
            return await handle.execute_update(update, args=args, id=id, **options)
        except WorkflowUpdateFailedError as error:
            if not isinstance(error.cause, ApplicationError) or error.cause.type not in _AGAIN:
                raise
        await asyncio.sleep(pause.total_seconds())
        pause = min(2 * pause, _LONGEST_PAUSE)
