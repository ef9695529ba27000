"""What an answer in many chunks costs."""

from __future__ import annotations

from collections import defaultdict
from contextlib import AsyncExitStack

import temporalio.api.enums.v1 as enums

from ..bench import Bench, log
from ..replies import SMALL_CHUNK
from ..results import Figure, Result, medians
from ..settings import Settings

_COMPLETED = enums.EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED


async def measure(bench: Bench) -> Result:
    """Bytes of the event with the model call's result, and CPU of the turn."""
    sizes: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    action = f"chunks{bench.sizes.chunks}"
    async with AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(bench.worker(variant)) for variant in bench.variants]
        for number in range(bench.sizes.rounds + 1):
            for worker in workers:
                log(f"streaming: {worker.variant}, round {number + 1}")
                async with bench.chat(worker, Settings(tools=False)) as chat:
                    before = await worker.ask("cpu")
                    await chat.turn(action)
                    after = await worker.ask("cpu")
                    events = (await chat.handle.fetch_history()).events
                if number:  # the first one warms up
                    cpu[worker.variant].append(1000 * (after - before))
                    sizes[worker.variant] += [
                        event.ByteSize() / 1e3 for event in events if event.event_type == _COMPLETED
                    ]
    figures = [
        Figure("event with the result of the call", "KB", medians(sizes)),
        Figure("CPU of the turn", "ms", medians(cpu)),
    ]
    note = (
        f"A turn without tools whose answer comes in {bench.sizes.chunks:,} chunks of {SMALL_CHUNK} characters; "
        f"medians of {bench.sizes.rounds}."
    )
    return Result("Streaming", note, figures)
