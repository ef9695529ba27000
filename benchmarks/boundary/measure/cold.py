"""What the first model call costs on a worker that has never seen the conversation."""

from __future__ import annotations

import statistics
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack

import temporalio.api.enums.v1 as enums
from temporalio.client import WorkflowHistory

from ..bench import Bench, log
from ..chat import Chat, StoppedError
from ..results import Bar, Figure, Result

_LIMITS = {200: Bar(200, ratio=False), 400: Bar(250, ratio=False)}
_WARM_TURNS = 5
_CALLS = 3
"""Activities of a turn: model, tool, model."""


async def measure(bench: Bench) -> Result:
    """How much longer that call takes than those after it."""
    queue = f"boundary-cold-{uuid.uuid4()}"
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        chat: Chat | None = None
        for turns in bench.sizes.cold:
            what = f"the first model call after {turns} turns, beyond a warm one"
            try:
                async with bench.worker("ours", queue=queue) as worker:
                    log(f"cold: {turns} turns")
                    if chat is None:
                        chat = await stack.enter_async_context(bench.chat(worker))
                    await chat.take(turns)
                extra = [await _takeover(bench, chat, queue) for _ in range(bench.sizes.rounds)]
            except StoppedError as error:
                figures.append(Figure(what, "ms", {"ours": str(error)}, _LIMITS.get(turns)))
                break
            by_events, inside = (statistics.median(values) for values in zip(*extra, strict=True))
            figures.append(Figure(what, "ms", {"ours": by_events}, _LIMITS.get(turns)))
            figures.append(Figure("of it inside of the worker's activity", "ms", {"ours": inside}))
    note = (
        "The worker's process is killed, and another, warmed up by a conversation of its own, takes the next turn with "
        "a tool; the whole conversation is kept. Times of the model's activity from its start to its completion in the "
        f"history, less the median of the next {_WARM_TURNS} turns' first model calls; medians of {bench.sizes.rounds} "
        "workers."
    )
    return Result("Cold start", note, figures)


async def _takeover(bench: Bench, chat: Chat, queue: str) -> tuple[float, float]:
    """Milliseconds that the first model call takes longer on a new worker: by the history, and inside of it."""
    async with bench.worker("ours", "--timed", queue=queue) as worker:
        log(f"cold: a new worker at turn {chat.turns + 1}")
        before, turns = len(await worker.ask("activities")), chat.turns
        await chat.take(turns + 1 + _WARM_TURNS)
        inside: list[float] = (await worker.ask("activities"))[before:]
    return _extra(_durations(await chat.handle.fetch_history())[_CALLS * turns :]), _extra(inside)


def _extra(seconds: Sequence[float]) -> float:
    return 1000 * (seconds[0] - statistics.median(seconds[_CALLS::_CALLS]))


def _durations(history: WorkflowHistory) -> list[float]:
    """Seconds that each activity took, from its start to its completion."""
    started: dict[int, float] = {}
    durations: list[float] = []
    for event in history.events:
        time = event.event_time.ToMilliseconds() / 1000
        if event.event_type == enums.EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            started[event.event_id] = time
        elif event.event_type == enums.EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            durations.append(time - started[event.activity_task_completed_event_attributes.started_event_id])
    return durations
