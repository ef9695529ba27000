"""Everything that is replaced in Strands, once per process; each file says what, why, and when it does nothing."""

from __future__ import annotations

from . import light_copies, plain_agent, quiet_tracer, replayed_values, strands_async


def install() -> None:
    """Replace all of it; calling it again changes nothing."""
    for each in (strands_async, plain_agent, quiet_tracer, light_copies, replayed_values):
        each.install()
