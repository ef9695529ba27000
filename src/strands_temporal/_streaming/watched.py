"""An activity that keeps its heartbeat by itself, and ends soon when it is cancelled or given up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from temporalio import activity

from .._model.liveness import Liveness
from .raw_heartbeat import RawHeartbeat

LOOK_SECONDS = 5.0
"""How often a running activity asks whether it is cancelled; three times in its heartbeat timeout, if that is sooner.

The SDK's own heartbeats would tell only after most of the heartbeat timeout, and without one never.
"""


@asynccontextmanager
async def watched(what: str, look: float = LOOK_SECONDS) -> AsyncGenerator[Liveness, None]:
    """Run the activity inside of this; not for local activities, which have no heartbeats.

    Args:
        what: What runs, for error messages.
        look: Seconds between two looks.
    """
    call = asyncio.current_task()
    assert call is not None
    heartbeat = RawHeartbeat(call.cancel)
    looking = asyncio.create_task(_look(heartbeat, look))
    liveness = Liveness(None, what=what)
    try:
        async with liveness.supervise():
            yield liveness
    except asyncio.CancelledError:
        await heartbeat.leave_if_ended()
        raise
    finally:
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking


async def _look(heartbeat: RawHeartbeat, look: float) -> None:
    timeout = activity.info().heartbeat_timeout
    interval = min(look, timeout.total_seconds() / 3) if timeout else look
    while True:
        await asyncio.sleep(interval)
        if not await heartbeat.beat():
            return
