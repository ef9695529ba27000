"""Spans and what they amount to: trees that are the same for the same run, whatever happened to its workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan


@dataclass(frozen=True)
class Span:
    """What a test looks at of a span, also across processes."""

    name: str
    id: int
    trace: int
    parent: int | None
    status: str
    attributes: dict[str, Any]

    @staticmethod
    def of(span: ReadableSpan) -> Span:
        """What is left of a span that ended."""
        assert span.context is not None
        parent = span.parent.span_id if span.parent else None
        return Span(
            span.name,
            span.context.span_id,
            span.context.trace_id,
            parent,
            span.status.status_code.name,
            dict(span.attributes or {}),
        )


def tree(spans: Iterable[Span], *, without: tuple[str, ...] = ()) -> Any:
    """Names with statuses and children, in an order of their own; every span once, and all in one trace."""
    all_spans = [span for span in spans if not span.name.startswith(without)] if without else list(spans)
    counts = Counter(span.id for span in all_spans)
    assert not [span for span in all_spans if counts[span.id] > 1], "a span was exported twice"
    assert len({span.trace for span in all_spans}) == 1, "more than one trace"

    def children(parent: int | None) -> list[Any]:
        found = [span for span in all_spans if (span.parent if span.parent in counts else None) == parent]
        return sorted([label(span), *children(span.id)] for span in found)

    return children(None)


def label(span: Span) -> str:
    """A span's name and, where it has one, its status."""
    return span.name if span.status == "UNSET" else f"{span.name} {span.status}"
