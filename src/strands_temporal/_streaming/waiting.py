"""Waits for the first of several things, for at most some time."""

from __future__ import annotations

import asyncio
from typing import Any


async def wait_for_first(*awaitables: Any, timeout: float | None = None) -> None:
    """Wait until one of them is done; those that are no tasks of the caller's are cancelled.

    `asyncio.wait_for` may lose a cancellation that comes when what it waits for is done, in Python before 3.12.
    """
    tasks = [asyncio.ensure_future(each) for each in awaitables]
    try:
        await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task, given in zip(tasks, awaitables, strict=True):
            if task is not given:
                task.cancel()
