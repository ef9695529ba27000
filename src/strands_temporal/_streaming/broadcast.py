"""What clients see of one model call, on the activity's side: for those that asked for nothing it does nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from temporalio import activity

from .._model.liveness import Liveness
from .heartbeat import LiveHeartbeat
from .options import Streaming
from .publisher import Publisher


class Broadcast:
    """One call's publisher and its heartbeat, as far as it has them."""

    def __init__(self, publisher: Publisher | None, heartbeat: LiveHeartbeat | None) -> None:
        """Take over what is open."""
        self._publisher = publisher
        self._heartbeat = heartbeat

    def heard(self, event: Any) -> None:
        """Take an event of the model."""
        if self._publisher is not None:
            self._publisher.heard(event)
        if self._heartbeat is not None:
            self._heartbeat.heard(event)

    async def finish(self) -> dict[str, Any]:
        """The model's stream is complete.

        Returns:
            Entries of the reply, by which the workflow publishes what is left.
        """
        if self._publisher is None or (at := await self._publisher.finish()) is None:
            return {}
        return {"published": {"at": at, "attempt": activity.info().attempt}}


@asynccontextmanager
async def broadcasting(
    wire: Mapping[str, Any], agent_name: str | None, liveness: Liveness
) -> AsyncGenerator[Broadcast, None]:
    """Open what a model request asks for, for as long as its model is called."""
    streaming = Streaming.from_wire(wire)
    publisher = heartbeat = None
    call = asyncio.current_task()
    assert call is not None

    def end_call() -> None:
        liveness.stop.set()
        call.cancel()

    try:
        if streaming.live is not None:
            heartbeat = LiveHeartbeat(agent_name, streaming.live, end_call)
            liveness.beat = heartbeat.beat
        if streaming.topic is not None:
            publisher = Publisher(streaming, by_workflow=wire.get("version") == 2)
        yield Broadcast(publisher, heartbeat)
    except asyncio.CancelledError:
        if heartbeat is not None:
            await heartbeat.leave_if_ended()
        raise
    finally:
        if publisher is not None:
            await publisher.close()
        if heartbeat is not None:
            await heartbeat.close()
