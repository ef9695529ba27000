"""Everything that is replaced in Strands, once per process; each file says what, why, and when it does nothing."""

from __future__ import annotations

from . import (
    background_tasks,
    cancel_signal,
    duplicate_calls,
    failed_spans,
    graph_waits,
    inline_io,
    light_copies,
    made_agents,
    multiagent,
    node_order,
    outside_only,
    plain_agent,
    quiet_tracer,
    replayed_values,
    steering,
    strands_async,
)

_ALL = (
    *(strands_async, plain_agent, cancel_signal, quiet_tracer, failed_spans, light_copies, replayed_values),
    *(multiagent, node_order, graph_waits, steering, background_tasks, inline_io, outside_only),
    *(duplicate_calls, made_agents),
)


def install() -> None:
    """Replace all of it; calling it again changes nothing."""
    for each in _ALL:
        each.install()
