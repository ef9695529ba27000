"""Makes what Strands takes from chance and from the clock the same when a workflow is replayed.

Strands gives a direct call of a tool an id from `random`, and messages, cycles, traces and agents ids from `uuid`; they
are in requests to models, and in what a workflow may return, give to an activity or answer to a query. With another
value on each replay an answer changed after an eviction. It has no place to give ids of one's own, so the names
`random`, `uuid` and `time` of those modules are replaced, once per process; outside of workflows they are what they
were.
"""

from __future__ import annotations

import asyncio
import importlib
import random
import time
import uuid
from typing import Any

from temporalio import workflow

_ATTRIBUTE = "__strands_temporal_random"


class _Random:
    """Stands for the `random` module, of which `agent.tool.x()` uses `randint`."""

    def randint(self, a: int, b: int) -> int:
        return (_replayed() or random).randint(a, b)

    def __getattr__(self, name: str) -> Any:
        return getattr(random, name)


class _Uuid:
    """Stands for the `uuid` module, whose names are functions of their arguments but for `uuid4`."""

    def uuid4(self) -> uuid.UUID:
        source = _replayed()
        return uuid.uuid4() if source is None else uuid.UUID(int=source.getrandbits(128), version=4)

    def __getattr__(self, name: str) -> Any:
        return getattr(uuid, name)


class _Time:
    """Stands for the `time` module, of which the time to a model's first word uses `time`."""

    def time(self) -> float:
        return workflow.time() if workflow.in_workflow() else time.time()

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


REPLACED: dict[tuple[str, str], type] = {
    ("strands.tools._caller", "random"): _Random,  # tool use ids of agent.tool.x(), sent to the model
    ("strands.types.content", "uuid"): _Uuid,  # tracking_id of each message
    ("strands.event_loop.event_loop", "uuid"): _Uuid,  # event_loop_cycle_id, which tools and hooks see
    ("strands.event_loop.streaming", "time"): _Time,  # timeToFirstByteMs in the metadata of each message
    ("strands.agent.agent", "uuid"): _Uuid,  # agent.session_id
    ("strands.telemetry.metrics", "uuid"): _Uuid,  # ids of the traces in result.metrics
}
"""The names that are replaced, by module and name, each with what it is for."""


def install() -> None:
    """Replace the names; calling it again changes nothing."""
    for (module_name, name), stand_in in REPLACED.items():
        module: Any = importlib.import_module(module_name)
        if not isinstance(getattr(module, name), stand_in):
            setattr(module, name, stand_in())


def _replayed() -> random.Random | None:
    """The running workflow's source of chance for Strands; None outside of workflows.

    It is one of its own: draws from `workflow.random()` would change what the user's code draws. In a query there is
    none either, for a query is not replayed, and its draws would move those of the workflow.
    """
    if not workflow.in_workflow() or workflow.unsafe.is_read_only():
        return None
    seed = workflow.random_seed()  # another one after a reset
    loop: Any = asyncio.get_running_loop()
    held: tuple[int, random.Random] | None = getattr(loop, _ATTRIBUTE, None)
    if held is None or held[0] != seed:
        held = seed, random.Random(f"{seed}:strands")
        setattr(loop, _ATTRIBUTE, held)
    return held[1]
