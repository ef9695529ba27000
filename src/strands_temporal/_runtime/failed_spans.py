"""Ends the spans of failed model calls, tools and agents, which Temporal's tracer would lose.

A span of temporalio's replay-safe tracer that was given an exception which fails the workflow task alone is never
ended, for the task is tried again. But what leaves an agent goes to the model, or fails the workflow, and nothing is
tried again. Two methods are wrapped once per process, and work otherwise in workflows alone:

- `Tracer._end_span`, which most spans of Strands pass: it writes the exception's event and the status by itself.
- `_ReplaySafeSpan.record_exception`, which all others pass, those of structured output, of graphs, and the user's own:
  it does not keep an exception that has left an agent, or is about to.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from opentelemetry.trace import Span
from strands.telemetry.tracer import Tracer
from temporalio import workflow

from .._agent_errors import failing_the_workflow
from .wrapping import wrap

METHOD = "_end_span"

TEMPORAL = "temporalio.contrib.opentelemetry._tracer_provider"

_IN_AGENT: ContextVar[bool] = ContextVar("strands_temporal_in_agent", default=False)


def install() -> None:
    """Wrap the method; calling it again changes nothing."""
    wrap(Tracer, METHOD, _described_by_us)


def _described_by_us(original: Any) -> Any:
    def end_span(
        self: Tracer,
        span: Span,
        attributes: dict[str, Any] | None = None,
        error: Exception | None = None,
        error_message: str | None = None,
    ) -> None:
        if error is not None and workflow.in_workflow() and span and span.is_recording():
            span.add_event("exception", _described(error))
            error, error_message = None, error_message or str(error) or type(error).__name__
        original(self, span, attributes, error, error_message)

    return end_span


def cover_temporal() -> None:
    """Wrap the method of temporalio's spans, where something has imported them; calling it again changes nothing."""
    module = sys.modules.get(TEMPORAL)
    span: Any = getattr(module, "_ReplaySafeSpan", None)
    if span is not None:
        wrap(span, "record_exception", _forgetting)


def _forgetting(original: Any) -> Any:
    def record_exception(self: Any, exception: BaseException, *args: Any, **kwargs: Any) -> None:
        original(self, exception, *args, **kwargs)
        if workflow.in_workflow() and isinstance(exception, Exception) and _fails_the_workflow(exception):
            self._exception = None

    return record_exception


@contextmanager
def in_agent() -> Generator[None, None, None]:
    """Within it, exceptions are about to leave an agent."""
    token = _IN_AGENT.set(True)
    try:
        yield
    finally:
        _IN_AGENT.reset(token)


def _fails_the_workflow(error: Exception) -> bool:
    if isinstance(error, workflow.NondeterminismError):
        return False
    return _IN_AGENT.get() or failing_the_workflow(error) is not None


def _described(error: Exception) -> dict[str, str]:
    """The attributes of the event by which OpenTelemetry records an exception."""
    kind = type(error)
    return {
        "exception.type": f"{kind.__module__}.{kind.__qualname__}",
        "exception.message": str(error),
        "exception.stacktrace": "".join(traceback.format_exception(kind, error, error.__traceback__)),
        "exception.escaped": "False",
    }
