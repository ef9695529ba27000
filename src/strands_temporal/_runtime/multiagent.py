"""Makes the errors of graphs and swarms fail the workflow, and a swarm's limit on time the same on replay.

A graph raises plain exceptions, as for a node that takes too long, which would fail the workflow's task again and
again. Strands has no place where all of them pass, so `stream_async` of both is wrapped, once per process. And a swarm
takes the start of its time from a default that was bound to the clock when the class of its state was made, so that
class's `__init__` is wrapped too. Outside of workflows all of them are as they were.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from temporalio import workflow

from .. import _agent_errors
from .wrapping import wrap

if TYPE_CHECKING:
    from strands.multiagent.graph import Graph
    from strands.multiagent.swarm import Swarm, SwarmState


def install() -> None:
    """Wrap the methods; calling it again changes nothing."""
    from strands.multiagent.graph import Graph  # not at import, for most agents are alone
    from strands.multiagent.swarm import Swarm, SwarmState

    for kind in (Graph, Swarm):
        wrap(kind, "stream_async", _failing)
    wrap(SwarmState, "__init__", _started)


def _failing(original: Any) -> Any:
    async def stream_async(self: Graph | Swarm, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        events = original(self, *args, **kwargs)
        try:
            async for event in events:
                yield event
        except Exception as error:
            if workflow.in_workflow():
                _agent_errors.mark(error, f"{type(self).__name__} {self.id!r}")
            raise
        finally:
            await events.aclose()

    return stream_async


def _started(original: Any) -> Any:
    def init(self: SwarmState, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if "start_time" not in kwargs and workflow.in_workflow():
            self.start_time = workflow.time()

    return init
