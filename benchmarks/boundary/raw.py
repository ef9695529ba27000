"""The variant "raw": plain Temporal, as little as the workload can cost. Each activity gets the new message only."""

from __future__ import annotations

import json
from typing import Any

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    import base64
    from datetime import timedelta

    from . import replies
    from .messages import text_of, tool_result, tool_use_of, user
    from .settings import Settings
    from .tool_activities import ACTIVITIES as TOOLS

TIMEOUT = timedelta(seconds=60)


@activity.defn
async def call_model(message: dict[str, Any]) -> dict[str, Any]:
    """Call the scripted model with one message and collect what it streams."""
    for block in message["content"]:
        if "document" in block:
            source = block["document"]["source"]
            source["bytes"] = base64.b64decode(source["bytes"])
    content: list[Any] = []
    parts: list[str] = []
    use: dict[str, Any] | None = None
    for event in replies.stream([message]):
        if "contentBlockStart" in event:
            use, parts = event["contentBlockStart"]["start"].get("toolUse"), []
        elif "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]["delta"]
            parts.append(delta["text"] if "text" in delta else delta["toolUse"]["input"])
        elif "contentBlockStop" in event:
            text = "".join(parts)
            content.append({"toolUse": {**use, "input": json.loads(text)}} if use else {"text": text})
    return {"role": "assistant", "content": content}


@workflow.defn(name="Chat")
class Chat:
    """A conversation; it lives until it is terminated."""

    @workflow.init
    def __init__(self, settings: Settings) -> None:
        """Create it without a message."""
        self._kept: list[dict[str, Any]] | None = [] if settings.kept else None

    @workflow.run
    async def run(self, settings: Settings) -> None:
        """Wait for turns."""
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def turn(self, prompt: str) -> str:
        """One turn: the user's prompt to the model's answer."""
        message = user(prompt)
        for block in message["content"]:
            if "document" in block:  # JSON has no bytes
                source = block["document"]["source"]
                source["bytes"] = base64.b64encode(source["bytes"]).decode()
        while True:
            reply = await workflow.execute_activity(call_model, message, start_to_close_timeout=TIMEOUT)
            if self._kept is not None:
                self._kept += [message, reply]
            use = tool_use_of(reply)
            if use is None:
                return text_of(reply)
            arguments = [use["input"][name] for name in ("query", "customer", "limit")]
            result: Any = await workflow.execute_activity(use["name"], args=arguments, start_to_close_timeout=TIMEOUT)
            message = tool_result(use, result)


WORKFLOWS = [Chat]
ACTIVITIES = [call_model, *TOOLS]


def plugins() -> list[Any]:
    """The plugins of the client: none."""
    return []
