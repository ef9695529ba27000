"""Saves what memory managers have not saved yet, before a run of a workflow ends.

Strands saves in tasks of their own, and waits for them after sync calls alone; what is not saved when the workflow's
main function ends would be lost. Private names of Strands used here: `_background_tasks` and `_coordinator` of
`MemoryManager`, `_pending` and `_chains` of `ExtractionCoordinator`, the messages that a store has not got and the
running saves. And one of temporalio: a loop that is `_deleting` belongs to a workflow that is taken out of the cache.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

import asyncio
from typing import Any

from strands import Agent
from strands.memory import MemoryManager
from temporalio import workflow

from .._model.patches import MEMORY_FLUSH

_ATTRIBUTE = "__strands_temporal_memories"


def note_memory(agent: Agent) -> None:
    """Note an agent that is invoked in a workflow, for its memory is to be saved."""
    if (manager := agent.memory_manager) is not None:
        loop: Any = asyncio.get_running_loop()
        managers: dict[int, MemoryManager] = loop.__dict__.setdefault(_ATTRIBUTE, {})
        managers[id(manager)] = manager


async def save_memories() -> None:
    """Save what the run's agents are to remember; the main function has ended."""
    loop: Any = asyncio.get_running_loop()
    if loop._deleting:
        return
    managers: dict[int, MemoryManager] = getattr(loop, _ATTRIBUTE, {})
    for manager in managers.values():
        if _is_unsaved(manager) and workflow.patched(MEMORY_FLUSH):
            await asyncio.gather(*manager._background_tasks, return_exceptions=True)
            await manager.flush()


def _is_unsaved(manager: MemoryManager) -> bool:
    coordinator = manager._coordinator
    unsaved = coordinator is not None and (
        bool(coordinator._pending) or any(not task.done() for task in coordinator._chains.values())
    )
    return unsaved or bool(manager._background_tasks)
