"""Keeps a request at hand while its call lasts: most often the activity runs in the process of the workflow."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from temporalio import workflow

from .._runtime.worker_parts import current_cache
from .cache import SentKey
from .outgoing import Draft


@contextmanager
def at_hand(draft: Draft) -> Generator[None]:
    """Let an activity of this process take the request whole, and not rebuild it from its edit."""
    cache = current_cache()
    if cache is None or draft.whole is None or not draft.at_hand:
        yield
        return
    key = SentKey(workflow.info().run_id, draft.wire["digest"])
    cache.put_sent(key, draft.whole)
    try:
        yield
    finally:
        cache.drop(key)
