"""Metrics of a long chat that keep the details of its latest invocations alone.

Strands keeps a trace of every cycle for as long as the agent lives, with the messages in it: 2 KB for each turn of a
chat. Its sums do not need them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from strands import Agent
from strands.telemetry.metrics import EventLoopMetrics

from .counted_once import CountedOnce


def bound_metrics(agent: Agent, invocations: int) -> None:
    """Let the agent's metrics keep the traces and the cycles of its latest invocations alone.

    Usage, tool metrics, the number of cycles and their durations stay complete, so `get_summary()` shows the same
    totals. An invocation that goes on keeps all of its own, for `limits` are counted by its cycles.

    Args:
        agent: An agent; its `event_loop_metrics` is another object afterwards, with all that the old one has.
        invocations: How many, the running one among them; 1 or more.

    Raises:
        ValueError: `invocations` is less than 1.
    """
    if invocations < 1:
        raise ValueError(f"An agent's metrics keep 1 invocation or more, not {invocations}.")
    kept = agent.event_loop_metrics
    values = {field.name: getattr(kept, field.name) for field in fields(EventLoopMetrics)}
    agent.event_loop_metrics = _BoundedMetrics(**values, invocations=invocations)


@dataclass
class _BoundedMetrics(CountedOnce):
    invocations: int = 1

    def reset_usage_metrics(self) -> None:
        """Start a new invocation, and let go of the oldest."""
        super().reset_usage_metrics()
        del self.agent_invocations[: -self.invocations]
        kept = sum(len(each.cycles) for each in self.agent_invocations)
        del self.traces[: max(0, len(self.traces) - kept)]
