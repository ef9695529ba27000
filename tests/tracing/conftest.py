"""A tracer provider and a meter provider for one test, where a process has but one; and clients that trace."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio
import strands.telemetry.metrics as strands_metrics
import strands.telemetry.tracer as strands_tracer
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.client import Client
from temporalio.contrib.opentelemetry import OpenTelemetryPlugin, create_tracer_provider

from ..env import Env
from .recorded import Span


class Exported:
    """The spans that have ended."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    def take(self) -> list[Span]:
        """The spans since the last call."""
        spans = self._exporter.get_finished_spans()
        self._exporter.clear()
        return [Span.of(span) for span in spans]


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Exported:
    strands_tracer.get_tracer()  # what comes back after the test; a second one that is made later warns
    exporter = InMemorySpanExporter()
    provider = create_tracer_provider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    monkeypatch.setattr(strands_tracer, "_tracer_instance", None)
    return Exported(exporter)


@pytest.fixture
def metric_reader(monkeypatch: pytest.MonkeyPatch) -> InMemoryMetricReader:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: provider)
    monkeypatch.setattr(strands_metrics.MetricsClient, "_instance", None)
    return reader


@pytest_asyncio.fixture
async def traced(env: Env, exported: Any, server_address: str) -> Env:
    """The test's environment with a client that traces, with Temporal's own spans."""
    env.client = await Client.connect(server_address, plugins=[OpenTelemetryPlugin(add_temporal_spans=True)])
    return env
