"""Spans in workflows: those that record are what Strands makes them, for the others nothing is written out."""

from __future__ import annotations

from typing import Any

import pytest
import strands.telemetry.tracer as strands_tracer
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from strands.telemetry.tracer import Tracer, get_tracer

from strands_temporal._runtime import quiet_tracer
from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env
from . import light_workflows as wf

CHANGING = {
    "gen_ai.event.start_time",
    "gen_ai.event.end_time",
    "gen_ai.server.time_to_first_token",
    "event_loop.cycle_id",
    "event_loop.parent_cycle_id",
}


def script(request: ScriptedRequest) -> Step:
    if request.tool_results:
        return "done"
    return ["Let me see.", ToolCall("add", {"a": 1}), ToolCall("fail"), ToolCall("tell", {"text": "größe"})]


@pytest.fixture(params=["", "gen_ai_latest_experimental,gen_ai_tool_definitions", "gen_ai_span_attributes_only"])
def exporter(request: Any, monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Spans of Strands are recorded, by each of its conventions."""
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", request.param)
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = Tracer()
    tracer.tracer = provider.get_tracer("strands")
    monkeypatch.setattr(strands_tracer, "_tracer_instance", tracer)
    return exporter


def shape(exporter: InMemorySpanExporter) -> list[Any]:
    """All that does not change from run to run, parents by their names."""
    spans = exporter.get_finished_spans()
    names = {span.context.span_id: span.name for span in spans if span.context}
    exporter.clear()
    return [
        (
            span.name,
            span.kind,
            names.get(span.parent.span_id) if span.parent else None,
            span.status.status_code,
            {key: value for key, value in (span.attributes or {}).items() if key not in CHANGING},
            sorted(key for key in span.attributes or {} if key in CHANGING),
            [(event.name, {**(event.attributes or {}), "exception.stacktrace": ""}) for event in span.events],
        )
        for span in spans
    ]


async def test_recorded_spans_are_those_of_strands(
    env: Env, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    env.model(script)
    async with env.worker(wf.Traced, activities=[wf.tell]):
        assert await env.execute(wf.Traced.run) == "done\n"
        quiet = shape(exporter)
        for name in quiet_tracer.METHODS:
            monkeypatch.setattr(Tracer, name, getattr(Tracer, name).__wrapped__)
        assert await env.execute(wf.Traced.run) == "done\n"
        loud = shape(exporter)
    if env.cached:  # without the cache spans are made anew at each replay, and ended when the collector comes by
        assert quiet == loud
    assert {"chat", "execute_tool add", "execute_tool tell", "execute_event_loop_cycle"} <= {span[0] for span in quiet}
    written = str(quiet)
    assert all(text in written for text in ("Let me see.", "größe", "Be brief.", "first", "team"))


@pytest.mark.uncached
async def test_nothing_is_written_for_spans_that_do_not_record(env: Env) -> None:
    assert not await env.run(wf.Untraced)


def test_outside_of_workflows_nothing_changed() -> None:
    quiet_tracer.install()
    with pytest.raises(AssertionError, match="were read"):
        get_tracer().start_event_loop_cycle_span({}, wf.Untouchable())
