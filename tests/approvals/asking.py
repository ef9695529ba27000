"""What a human does in these tests, and what came of it: reads what is pending, answers, and sees what ran."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from strands_temporal.testing import Script, ScriptedModel, ToolCall
from strands_temporal.workflow import PendingApproval

from ..env import at_rest, texts
from . import approvals_workflows as wf

ACTIVITIES = [wf.delete_file, wf.asking_activity]

ASKING = [
    ToolCall("asking_activity", {"path": "/a"}),
    ToolCall("asking_tool", {"question": "Why?"}),
    ToolCall("read_file", {"path": "/hooked"}),
]


def calls(*calls: ToolCall) -> Script:
    return [list(calls), "done"]


def delete(path: str) -> ToolCall:
    return ToolCall("delete_file", {"path": path})


def seen(model: ScriptedModel) -> list[str]:
    (last,) = [request for request in model.requests if request.turn == 1]
    return texts(last.tool_results)


def deleted(handle: Any) -> list[str]:
    return wf.DELETED.get(handle.id, [])


async def pending(handle: Any, number: int = 1, query: str = "pending_approvals") -> list[PendingApproval]:
    """What is pending, as soon as the workflow waits for nothing else; there are to be that many."""
    await at_rest(handle)
    found: list[PendingApproval] = await handle.query(query, result_type=list[PendingApproval])
    assert len(found) == number, f"{number} approvals are to be pending, and there are {found}"
    return found


async def respond(handle: Any, *arguments: Any, name: str = "respond") -> None:
    await handle.execute_update(name, args=arguments)


async def refusal(handle: Any, *arguments: Any) -> str:
    """The words in which an answer is refused."""
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await respond(handle, *arguments)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == "ApprovalAnswerError", cause
    return cause.message
