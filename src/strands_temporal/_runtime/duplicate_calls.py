"""Lets a second call of an agent with the same `idempotency_token` wait for the first in a workflow.

Strands wakes it from any thread, by `call_soon_threadsafe`, which the event loop of a workflow does not have; so it
would wait for ever. In a workflow both calls are on one loop. Private names of Strands used here:
`_InflightInvocation`, whose `register_waiter` is wrapped, once per process, and the future `_done` that it waits for.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import asyncio
from typing import Any

from strands.agent import _concurrency
from temporalio import workflow

from .wrapping import wrap


def install() -> None:
    """Wrap the method; calling it again changes nothing."""
    wrap(_concurrency._InflightInvocation, "register_waiter", _on_one_loop)


def _on_one_loop(original: Any) -> Any:
    def register_waiter(self: Any) -> asyncio.Future[None]:
        if not workflow.in_workflow():
            return original(self)
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._done.add_done_callback(lambda done: waiter.done() or waiter.set_result(None))  # type: ignore[misc]
        return waiter

    return register_waiter
