"""Commands that runs of older versions did not make at the same place, so their histories still replay.

Wire format: the ids stand in histories. A run that makes such a command records its id once, by `workflow.patched`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio import workflow

FACTS = "strands-temporal-model-facts"
"""An activity that asks the model about itself, before the first call."""

CANCEL = "strands-temporal-cancel-in-flight"
"""`agent.cancel()` and a `cancel_signal` cancel the call in flight. Before, the first waited for it, and for the second
Strands polled by timers."""

SYNC_TOOLS = "strands-temporal-sync-tools"
"""A sync function that a reply in the official plugin's form leads to is run; recorded only then. That plugin told
the model an error instead."""

NEEDS_STREAM = "strands-temporal-needs-stream"
"""An agent with a topic fails where its workflow hosts no stream; recorded only there. The official plugin went on."""

UNANSWERED_WAITS = "strands-temporal-unanswered-waits"
"""A tool whose own interrupt nobody has answered is not run when others are. Before, it ran and was to ask again."""

ONE_ANSWER = "strands-temporal-one-answer"
"""A second, different answer to an interrupt is refused. Before, it took the place of the first."""

CARRY_SIZE = "strands-temporal-carry-size"
"""What is too large to be carried into a new run is refused. Recorded for each refusal alone, with its number."""

RESULT_SIZE = "strands-temporal-result-size"
"""A result that is too large to be recorded is refused. Recorded for each refusal alone, with its number."""

GRAPH_WAITS = "strands-temporal-graph-waits"
"""A graph waits for its nodes without timers. Before, Strands polled by one every 0.1 seconds."""

INLINE_IO = "strands-temporal-inline-io"
"""An agent is refused what would read and write files or S3 in the workflow itself; recorded only there. Before, it did
so, again in each replay."""

MEMORY_FLUSH = "strands-temporal-memory-flush"
"""At its end a run saves what its memory managers have not saved yet; recorded only where there is something. Before,
it was lost."""

DIRECT_CALL_LISTS = "strands-temporal-direct-call-lists"
"""`agent.tool.x()` of a tool that is not known yet asks the agent's MCP servers first; recorded only there. Before, it
raised an AttributeError."""

CONTEXT_SECRETS = "strands-temporal-context-secrets"
"""What looks like a secret in a context for an MCP server is refused; recorded only there. Before, by another rule."""

OWN_INTERRUPTS = "strands-temporal-own-interrupts"
"""What an activity tool asks under an id that is not its own gets another one; recorded only there. Before, it took the
place of what had that id."""


def cancel_if_new(call: asyncio.Task[Any]) -> None:
    """Cancel a call, but in runs that went on at this place without."""
    if workflow.patched(CANCEL):
        call.cancel()
