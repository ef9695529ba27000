"""What the first model call costs on a worker that has never seen the conversation."""

from __future__ import annotations

import json
import statistics
import uuid

import temporalio.api.enums.v1 as enums
from temporalio.api.common.v1 import Payloads
from temporalio.client import WorkflowHistory

from ..bench import Bench, log
from ..chat import StoppedError
from ..results import Bar, Figure, Result
from ..settings import Settings

_LIMITS = {200: Bar(200, ratio=False), 400: Bar(250, ratio=False)}
_WARM_TURNS = 5
_CALLS = 3
"""Calls of a turn: model, tool, model."""


async def measure(bench: Bench) -> Result:
    """How much longer that call takes than those after it."""
    figures: list[Figure] = []
    for turns in bench.sizes.cold:
        what = f"the first model call after {turns} turns, beyond a warm one"
        try:
            extra = [await _takeover(bench, turns) for _ in range(bench.sizes.rounds)]
        except StoppedError as error:
            figures.append(Figure(what, "ms", {"ours": str(error)}, _LIMITS.get(turns)))
            break
        beyond, warm = (statistics.median(values) for values in zip(*extra, strict=True))
        figures.append(Figure(what, "ms", {"ours": beyond}, _LIMITS.get(turns)))
        figures.append(Figure("a warm one", "ms", {"ours": warm}))
    note = (
        "The workflow stays on one worker, its model calls run on another, so that none is given its request by the "
        "workflow. That worker's process is killed, and a new one, warmed up by a conversation of its own, takes the "
        "next turn with a tool; the whole conversation is kept. From the moment that the history has the call to the "
        "moment that it has the reply, with all activities that this takes, less the median of the next "
        f"{_WARM_TURNS} turns' first model calls; medians of {bench.sizes.rounds} conversations."
    )
    return Result("Cold start", note, figures)


async def _takeover(bench: Bench, turns: int) -> tuple[float, float]:
    """Milliseconds that the first model call on a new worker takes longer than a warm one, and those of a warm one."""
    models = f"boundary-cold-{uuid.uuid4()}"
    settings = Settings(agent_options={"task_queue": models})
    async with bench.worker("ours") as worker, bench.chat(worker, settings) as chat:
        async with bench.worker("ours", queue=models):
            log(f"cold: {turns} turns")
            await chat.take(turns)
        async with bench.worker("ours", queue=models):
            log(f"cold: a new worker at turn {chat.turns + 1}")
            await chat.take(turns + 1 + _WARM_TURNS)
        calls = _calls(await chat.handle.fetch_history())[_CALLS * turns :]
    warm = statistics.median(calls[_CALLS::_CALLS])
    return 1000 * (calls[0] - warm), 1000 * warm


def _calls(history: WorkflowHistory) -> list[float]:
    """Seconds that each call took, from the time that its first activity was scheduled to its last one's completion."""
    scheduled: dict[int, float] = {}
    seconds: list[float] = []
    begun: float | None = None
    for event in history.events:
        time = event.event_time.ToMilliseconds() / 1000
        if event.event_type == enums.EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled[event.event_id] = time
        elif event.event_type == enums.EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            done = event.activity_task_completed_event_attributes
            begun = begun or scheduled[done.scheduled_event_id]
            if not _is_made_again(done.result):
                seconds.append(time - begun)
                begun = None
    return seconds


def _is_made_again(result: Payloads) -> bool:
    """Whether the worker has asked for the whole request, which another activity brings."""
    return "asks_for_all" in json.loads(result.payloads[0].data)
