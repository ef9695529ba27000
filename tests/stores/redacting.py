"""A model whose guardrail takes the prompt back."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from strands_temporal.testing import ScriptedModel


class Redacting(ScriptedModel):
    """Says that the prompt was not to be said."""

    def __init__(self) -> None:
        super().__init__(["no"])

    async def stream(self, *args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
        async for event in super().stream(*args, **kwargs):
            if "messageStop" in event:
                yield {"redactContent": {"redactUserContentMessage": "[redacted]"}}
                event = {"messageStop": {"stopReason": "guardrail_intervened"}}
            yield event
