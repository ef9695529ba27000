"""Makes what Strands takes from chance and from the clock the same when a workflow is replayed.

Strands gives a direct call of a tool an id from `random`, and messages, cycles, traces and agents ids from `uuid`; they
are in requests to models, and in what a workflow may return, give to an activity or answer to a query. With another
value on each replay an answer changed after an eviction. It has no place to give ids of one's own, so the names
`random`, `uuid` and `time` of those modules are replaced, once per process; outside of workflows they are what they
were. Limits on the time of graphs and swarms decide what they do next, which must be the same on replay too.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import random
import time
import uuid
from datetime import datetime, tzinfo
from typing import Any

from temporalio import workflow

_ATTRIBUTE = "__strands_temporal_random"
_STAMP = "__strands_temporal_uuid7"


class _Random:
    """Stands for the `random` module, of which `agent.tool.x()` uses `randint`."""

    def randint(self, a: int, b: int) -> int:
        return (_replayed() or random).randint(a, b)

    def __getattr__(self, name: str) -> Any:
        return getattr(random, name)


class _Uuid:
    """Stands for the `uuid` module, whose names are functions of their arguments but for `uuid4`."""

    def uuid4(self) -> uuid.UUID:
        return replayed_uuid4()

    def __getattr__(self, name: str) -> Any:
        return getattr(uuid, name)


class _Time:
    """Stands for the `time` module, whose clocks tell the workflow's time."""

    def time(self) -> float:
        return workflow.time() if workflow.in_workflow() else time.time()

    def monotonic(self) -> float:
        return workflow.time() if workflow.in_workflow() else time.monotonic()

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


class _NewUuid7:
    """Stands for the function `new_uuid7`, whose ids are made of the clock, chance, and a counter of the process."""

    def __init__(self) -> None:
        from strands._identifier import new_uuid7

        self._real = new_uuid7

    def __call__(self) -> str:
        source = _replayed()
        if source is None:
            return self._real()
        loop: Any = asyncio.get_running_loop()
        # Milliseconds and a counter of 12 bits, ever growing, so that ids are in the order in which they were made.
        stamp = max(int(workflow.time() * 1000) << 12, getattr(loop, _STAMP, 0) + 1)
        setattr(loop, _STAMP, stamp)
        value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | source.getrandbits(62)
        return str(uuid.UUID(int=value))


class _Datetime:
    """Stands for the class `datetime`, of which Strands uses `now`; local time is UTC, the same on every worker."""

    def now(self, tz: tzinfo | None = None) -> datetime:
        if not workflow.in_workflow():
            return datetime.now(tz)
        return workflow.now().astimezone(tz) if tz else workflow.now().replace(tzinfo=None)

    def __getattr__(self, name: str) -> Any:
        return getattr(datetime, name)


REPLACED: dict[tuple[str, str], type] = {
    ("strands.tools._caller", "random"): _Random,  # tool use ids of agent.tool.x(), sent to the model
    ("strands.types.content", "uuid"): _Uuid,  # tracking_id of each message
    ("strands.event_loop.event_loop", "uuid"): _Uuid,  # event_loop_cycle_id, which tools and hooks see
    ("strands.event_loop.streaming", "time"): _Time,  # timeToFirstByteMs in the metadata of each message
    ("strands.agent.agent", "uuid"): _Uuid,  # agent.session_id
    ("strands.telemetry.metrics", "uuid"): _Uuid,  # ids of the traces in result.metrics
    ("strands.telemetry.metrics", "time"): _Time,  # durations of cycles, there and in the metrics that are exported
    ("strands.tools.executors._executor", "time"): _Time,  # durations of tools, there too
    ("strands.background_tasks.in_process._manager", "uuid"): _Uuid,  # names of calls under way
    ("strands.multiagent.base", "time"): _Time,  # execution times in results
    ("strands.multiagent.graph", "time"): _Time,  # the same, and limits on them
    ("strands.multiagent.swarm", "time"): _Time,
    ("strands.vended_memory_stores.file_memory_store.store", "time"): _Time,  # names of files of entries without words
    ("strands.vended_plugins.context_offloader.storage", "time"): _Time,  # references to what was put away
    ("strands.vended_plugins.goal.plugin", "time"): _Time,  # the limit of time for a goal
    (
        "strands.vended_plugins.steering.context_providers.ledger_provider",
        "datetime",
    ): _Datetime,  # for judges
    ("strands.types._snapshot", "datetime"): _Datetime,  # when a snapshot was made, in what is written
    ("strands.types.session", "datetime"): _Datetime,  # when sessions, agents and messages were, there too
    ("strands.session.snapshot_session_manager", "_new_snapshot_id"): _NewUuid7,  # ids of snapshots, keys in a storage
}
"""The names that are replaced, by module and name, each with what it is for."""


WITH_CEDAR: dict[tuple[str, str], type] = {
    # The hour that policies are given, which may decide whether a tool is called.
    ("strands.vended_interventions.cedar.cedar_authorization", "dt"): _Datetime
}
"""Further ones, of modules that can be imported where `cedarpy` is installed alone."""


def install() -> None:
    """Replace the names; calling it again changes nothing."""
    with_cedar = WITH_CEDAR if importlib.util.find_spec("cedarpy") else {}
    for (module_name, name), stand_in in {**REPLACED, **with_cedar}.items():
        module: Any = importlib.import_module(module_name)
        if not isinstance(getattr(module, name), stand_in):
            setattr(module, name, stand_in())


def replayed_uuid4() -> uuid.UUID:
    """A random id, in a workflow the same on replay."""
    source = _replayed()
    return uuid.uuid4() if source is None else uuid.UUID(int=source.getrandbits(128), version=4)


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
