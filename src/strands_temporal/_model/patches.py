"""Commands that runs of older versions did not make at the same place, so their histories still replay.

Wire format: the ids stand in histories. A run that makes such a command records its id once, by `workflow.patched`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio import workflow

FACTS = "strands-temporal-model-facts"
"""An activity that asks the model about itself, before the first call."""

CANCEL = "strands-temporal-cancel-in-flight"
"""`agent.cancel()` and a `cancel_signal` cancel the call in flight. Before, the first waited for it, and for the second
Strands polled by timers."""


def cancel_if_new(call: asyncio.Task[Any]) -> None:
    """Cancel a call, but in runs that went on at this place without."""
    if workflow.patched(CANCEL):
        call.cancel()
