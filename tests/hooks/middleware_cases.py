"""Middleware of every stage and phase."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from strands.middleware import (
    ExecuteToolResult,
    ExecuteToolStage,
    InvokeModelResult,
    InvokeModelStage,
    ModelStopReason,
    ToolResultEvent,
)


def brief(context: Any) -> Any:
    return context.replace(system_prompt="be brief", messages=[*context.messages[:-1], marked(context.messages[-1])])


def marked(message: Any) -> Any:
    return {**message, "content": [*message["content"], {"text": "(mark)"}]}


async def timed(context: Any, next_fn: Any) -> Any:
    context.agent.state.set("calls", (context.agent.state.get("calls") or 0) + 1)
    async for event in next_fn(context):
        yield event


async def cached_model(context: Any, next_fn: Any) -> Any:
    if len(context.messages) == 1:
        async for event in next_fn(context):
            yield event
        return
    message: Any = {"role": "assistant", "content": [{"text": "from the cache"}]}
    usage: Any = {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0}
    yield ModelStopReason(stop_reason="end_turn", message=message, usage=usage, metrics={"latencyMs": 0})


def upper(result: InvokeModelResult) -> InvokeModelResult:
    event = result.result
    content: Any = [{"text": block["text"].upper()} if "text" in block else block for block in event.message["content"]]
    changed = ModelStopReason(
        stop_reason=event.stop_reason,
        message={"role": "assistant", "content": content},
        usage=event.usage,
        metrics=event.metrics,
    )
    return InvokeModelResult(result=changed)


def other_tool_input(context: Any) -> Any:
    return replace(context, tool_use={**context.tool_use, "input": {"path": "/from middleware"}})


async def cached_tool(context: Any, next_fn: Any) -> Any:
    content: Any = [{"text": "deleted long ago"}]
    yield ToolResultEvent({"toolUseId": context.tool_use["toolUseId"], "status": "success", "content": content})


def redacted(result: ExecuteToolResult) -> ExecuteToolResult:
    content: Any = [{"text": "[redacted]"}]
    return ExecuteToolResult(result=ToolResultEvent({**result.result.tool_result, "content": content}))


CASES: dict[str, tuple[Any, Any]] = {
    "model input": (InvokeModelStage.Input, brief),
    "model wrapped": (InvokeModelStage, timed),
    "model from a cache": (InvokeModelStage, cached_model),
    "model output": (InvokeModelStage.Output, upper),
    "tool input": (ExecuteToolStage.Input, other_tool_input),
    "tool from a cache": (ExecuteToolStage, cached_tool),
    "tool output": (ExecuteToolStage.Output, redacted),
}
