"""A worker process that traces to a file; run as `python -m tests.tracing.traced_worker ADDRESS QUEUE FILE CACHE`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import opentelemetry.trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from temporalio.contrib.opentelemetry import OpenTelemetryPlugin, create_tracer_provider

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel

from ..work import work
from . import tracing_workflows as wf
from .recorded import Span


class FileExporter(SpanExporter):
    """Writes a line for each span when it ends, in one write, so that lines of several processes never mix."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """See base class."""
        with self._path.open("a") as file:
            for span in spans:
                file.write(json.dumps(asdict(Span.of(span))) + "\n")
        return SpanExportResult.SUCCESS


def read(path: Path) -> list[Span]:
    """The spans in a file."""
    return [Span(**json.loads(line)) for line in path.read_text().splitlines()]


async def main(address: str, task_queue: str, file: str, cache: str) -> None:
    provider = create_tracer_provider()
    provider.add_span_processor(SimpleSpanProcessor(FileExporter(Path(file))))
    opentelemetry.trace.set_tracer_provider(provider)
    await work(
        address,
        task_queue,
        cache,
        OpenTelemetryPlugin(add_temporal_spans=True),
        workflows=[wf.Waits],
        activities=[wf.wait_for_file],
        plugins=[StrandsPlugin(models={"scripted": lambda: ScriptedModel(wf.waits_script)})],
    )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
