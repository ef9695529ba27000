"""Lets a graph wait for its nodes' events without a timer ten times a second.

Strands' graph takes each event from a queue by `asyncio.wait_for(queue.get(), timeout=0.1)`, and offers no other way.
The limit is for a case that cannot come: each node's task puts a last item into the queue as its last act, so whoever
waits while a task is not done gets something. In a workflow a timer is five events of its history. The name `asyncio`
of that module is replaced, once per process; outside of workflows it is what it was.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable
from typing import Any, TypeVar

from temporalio import workflow

from .._model.patches import GRAPH_WAITS

T = TypeVar("T")


class _Asyncio:
    """Stands for the `asyncio` module."""

    def wait_for(self, awaitable: Awaitable[T], timeout: float | None) -> Awaitable[T]:
        is_poll = getattr(awaitable, "__qualname__", "") == "Queue.get"
        if is_poll and workflow.in_workflow() and workflow.patched(GRAPH_WAITS):
            return awaitable
        return asyncio.wait_for(awaitable, timeout)

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


def install() -> None:
    """Replace the name; calling it again changes nothing."""
    module: Any = importlib.import_module("strands.multiagent.graph")
    if not isinstance(module.asyncio, _Asyncio):
        module.asyncio = _Asyncio()
