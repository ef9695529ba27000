"""An MCP server over stdio whose tools are tasks; LOG tells what it hears.

`long_work` is polled until a file is there. `book` asks something, and is done with the answer.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.extension import Extension, MethodBinding
from mcp.types import CallToolRequestParams, RequestParams

LOG = Path(os.environ["LOG"])
BEGUN = datetime.now(timezone.utc).isoformat()


QUESTION = {
    "method": "elicitation/create",
    "params": {
        "mode": "form",
        "message": "How many nights?",
        "requestedSchema": {
            "type": "object",
            "properties": {"nights": {"type": "integer"}},
            "required": ["nights"],
        },
    },
}


class TaskParams(RequestParams):
    task_id: str


class AnswerParams(TaskParams):
    input_responses: dict[str, Any]


def task(status: str, **more: Any) -> dict[str, Any]:
    now = datetime.now(timezone.utc).isoformat()
    times = {"createdAt": BEGUN, "lastUpdatedAt": now, "ttlMs": None, "pollIntervalMs": 20}
    return {"resultType": "complete", "taskId": "t1", "status": status, **times, **more}


def log(line: str) -> None:
    with LOG.open("a") as file:
        file.write(f"{line}\n")


class Tasks(Extension):
    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self) -> None:
        self.asks = False
        self.answer: dict[str, Any] | None = None

    def methods(self) -> Any:
        return [
            MethodBinding("tasks/get", TaskParams, self._get),
            MethodBinding("tasks/cancel", TaskParams, self._cancel),
            MethodBinding("tasks/update", AnswerParams, self._update),
        ]

    async def intercept_tool_call(self, params: CallToolRequestParams, ctx: Any, call_next: Any) -> Any:
        log(f"create {params.name}")
        self.asks, self.answer = params.name == "book", None
        return {**task("working"), "resultType": "task"}

    async def _get(self, ctx: Any, params: Any) -> Any:
        log("get")
        if self.asks and self.answer is None:
            return task("input_required", inputRequests={"nights": QUESTION})
        if self.answer is not None:
            said = f"booked {self.answer['content']['nights']} nights"
            return task("completed", result={"content": [{"type": "text", "text": said}]})
        if not LOG.with_suffix(".finish").exists():
            return task("working")
        return task("completed", result={"content": [{"type": "text", "text": "the task is done"}]})

    async def _update(self, ctx: Any, params: Any) -> Any:
        log("update")
        self.answer = params.input_responses["nights"]
        return {"resultType": "complete"}

    async def _cancel(self, ctx: Any, params: Any) -> Any:
        log("cancel")
        return {"resultType": "complete"}


server = MCPServer("tasks", extensions=[Tasks()])


@server.tool()
def long_work() -> str:
    """Work for long."""
    return "never called"


@server.tool()
def book() -> str:
    """Book a room."""
    return "never called"


if __name__ == "__main__":
    server.run("stdio")
