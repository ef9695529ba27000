"""Keeps Strands from writing out the whole conversation for spans that nobody records.

For the spans of each event loop cycle, model call and invocation Strands' tracer turns all messages into JSON, also
where no tracing is set up and a span drops what it is given. It has no switch for that. The methods of `Tracer` that do
it with content, and do nothing else than adding to or ending the span they are given, are wrapped once per process: in
a workflow they return at once for a span that does not record. One that records gets what it always got, and spans are
started as ever, so parents and links are the same.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentelemetry.trace import Span
from strands.telemetry.tracer import Tracer
from temporalio import workflow

from .wrapping import wrap

METHODS = ("_add_event_messages", "_add_system_prompt_event", "end_tool_call_span", "end_agent_span")
"""Methods of `Tracer` whose first parameter is the span, and whose whole effect is on the span."""


def install() -> None:
    """Wrap the methods; calling it again changes nothing."""
    for name in METHODS:
        wrap(Tracer, name, _where_recorded)


def _where_recorded(method: Callable[..., None]) -> Callable[..., None]:
    def quiet(self: Tracer, span: Span, *args: Any, **kwargs: Any) -> None:
        if span and not span.is_recording() and workflow.in_workflow():
            return
        method(self, span, *args, **kwargs)

    return quiet
