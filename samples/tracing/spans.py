"""Where the spans go: a line on the console for each when it ends."""

import opentelemetry.trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from temporalio.contrib.opentelemetry import create_tracer_provider


def line(span: ReadableSpan) -> str:
    """The trace, the span below its parent, and what it took."""
    assert span.context is not None and span.start_time is not None and span.end_time is not None
    parent = f"{span.parent.span_id:016x}" if span.parent else "-"
    tokens = (span.attributes or {}).get("gen_ai.usage.total_tokens")
    return (
        f"trace {span.context.trace_id:032x} span {span.context.span_id:016x} of {parent}: {span.name}, "
        f"{(span.end_time - span.start_time) // 1_000_000} ms" + (f", {tokens} tokens\n" if tokens else "\n")
    )


def set_up_tracing() -> None:
    """Set the process's tracer provider; call it before the client connects."""
    provider = create_tracer_provider()
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(formatter=line)))  # in production, OTLP
    opentelemetry.trace.set_tracer_provider(provider)
