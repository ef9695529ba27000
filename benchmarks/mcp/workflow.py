"""The workflow that makes the calls, one kind after the other, again and again."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from strands_temporal import TemporalMCPClient

LIMIT = timedelta(seconds=30)
DIRECT = "direct"
CALL = "echo-call-tool"
TEXT = "the words that are said again"


@workflow.defn
class Calls:
    """Calls the same tool by turns through our tool, by a plain activity, and by the official plugin's activity."""

    @workflow.run
    async def run(self, rounds: int, official_queue: str | None) -> None:
        """Make so many rounds."""
        echo = TemporalMCPClient("echo", start_to_close_timeout=LIMIT, heartbeat_timeout=LIMIT, summary="echo")
        (tool,) = await echo.refresh()
        for number in range(rounds):
            use_id = f"use{number}"
            async for _ in tool.stream({"name": "echo", "toolUseId": use_id, "input": {"text": TEXT}}, {}):
                pass
            await workflow.execute_activity(
                DIRECT, TEXT, start_to_close_timeout=LIMIT, heartbeat_timeout=LIMIT, summary="echo"
            )
            if official_queue is not None:
                await workflow.execute_activity(
                    CALL,
                    {"tool_name": "echo", "arguments": {"text": TEXT}, "tool_use_id": use_id},
                    task_queue=official_queue,
                    start_to_close_timeout=LIMIT,
                    heartbeat_timeout=LIMIT,
                    summary="echo",
                )
