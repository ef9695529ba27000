"""Metrics of an agent in a workflow: what is replayed is not counted again.

Strands' counters and histograms (`MetricsClient`, one for the process) know nothing of replays: after an eviction a
workflow would count all its tokens and cycles a second time. An agent reaches them by one property of its metrics,
which gives none while the workflow replays, or is evicted and its `finally` blocks run. Private name of Strands used
here: that property, `EventLoopMetrics._metrics_client`.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

from typing import Any, cast

from strands.telemetry.metrics import EventLoopMetrics, MetricsClient
from temporalio import workflow


class CountedOnce(EventLoopMetrics):
    """An agent's metrics, whose own sums are as ever, and whose numbers leave the process once."""

    @property
    def _metrics_client(self) -> MetricsClient:
        if workflow.in_workflow() and workflow.unsafe.is_replaying_history_events():
            return cast(MetricsClient, _SILENT)
        return MetricsClient()


class _Silent:
    """Stands for the client and for each of its instruments."""

    def add(self, *args: Any, **kwargs: Any) -> None: ...

    record = add

    def __getattr__(self, name: str) -> _Silent:
        return self


_SILENT = _Silent()
