"""A model that says at what time it says something."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from typing import Any

from strands.models import Model

DELTAS = int(os.environ.get("STREAMING_DELTAS", "400"))
DELAY = 0.005
SIZE = 25

_TIME = re.compile(r"\d{10}\.\d{6}")


def said(text: str) -> list[float]:
    """When each delta of a text was said."""
    return [float(each) for each in _TIME.findall(text)]


class TellingModel(Model):
    """400 deltas of 25 characters in 2 seconds, each with the time it was sent."""

    def update_config(self, **model_config: Any) -> None:
        """Nothing to configure."""

    def get_config(self) -> Any:
        """Nothing."""
        return {}

    def structured_output(self, *args: Any, **kwargs: Any) -> Any:
        """Not part of it."""
        raise NotImplementedError

    async def stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """The reply."""
        yield {"messageStart": {"role": "assistant"}}
        for number in range(DELTAS):
            if number:
                await asyncio.sleep(DELAY)
            text = f"{time.time():.6f} {number:06d}. "
            yield {"contentBlockDelta": {"delta": {"text": text.ljust(SIZE)}, "contentBlockIndex": 0}}
        yield {"contentBlockStop": {"contentBlockIndex": 0}}
        yield {"messageStop": {"stopReason": "end_turn"}}
        usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
        yield {"metadata": {"usage": usage, "metrics": {"latencyMs": 1}}}
