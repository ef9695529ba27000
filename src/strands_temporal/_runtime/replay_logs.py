"""Keeps Strands' log lines in workflows from being written again at each replay.

Strands' modules log by loggers of their own below `strands`, as any library does, and in a workflow that is replayed
each line would come again. A filter on those loggers drops what a replaying or evicted workflow says; `workflow.logger`
does the same. Nothing private of Strands: a logger's filter hears what is logged on that very logger alone, so it is
added to each of them that there is. Private part of asyncio's kind used here: the workflow instance is the event loop,
so what it has been warned of is its attribute.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import asyncio
import logging
from collections.abc import Hashable
from typing import Any

from temporalio import workflow

logger = logging.getLogger("strands_temporal")

_WARNED = "__strands_temporal_warned"

LOGGERS = ("strands", "strands_tools")
"""Loggers whose lines, with those of the loggers below them, come from code that may run in a workflow."""


class ReplayFilter(logging.Filter):
    """Drops what a workflow logs while it replays."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is new."""
        return not (workflow.in_workflow() and workflow.unsafe.is_replaying_history_events())


class ReplayLogs:
    """Adds the filter for one worker, also to the loggers of modules that are imported after it was made."""

    def __init__(self) -> None:
        self._seen = 0

    def cover(self) -> None:
        """Add the filter to each logger that has none yet; where no logger is new it costs nothing."""
        loggers = logging.root.manager.loggerDict
        if len(loggers) == self._seen:
            return
        self._seen = len(loggers)
        for name, logger in list(loggers.items()):
            if not isinstance(logger, logging.Logger) or name.split(".", 1)[0] not in LOGGERS:
                continue
            if not any(isinstance(each, ReplayFilter) for each in logger.filters):
                logger.addFilter(ReplayFilter())


def warn_once(about: Hashable, message: str) -> None:
    """Log a warning the first time in a workflow run, and not in a replay; outside of workflows, a line for debugging.

    Args:
        about: What it is about, of the agent that it is about.
        message: The warning.
    """
    if not workflow.in_workflow():
        logger.debug("%s", message)
        return
    loop: Any = asyncio._get_running_loop()
    warned: set[Hashable] = loop.__dict__.setdefault(_WARNED, set())
    if about not in warned:
        warned.add(about)
        if not workflow.unsafe.is_replaying_history_events():
            logger.warning("%s", message)
