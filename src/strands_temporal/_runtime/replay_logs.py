"""Keeps Strands' log lines in workflows from being written again at each replay.

Strands' modules log by loggers of their own below `strands`, as any library does, and in a workflow that is replayed
each line would come again. A filter on those loggers drops what a replaying or evicted workflow says; `workflow.logger`
does the same. Nothing private: a logger's filter hears what is logged on that very logger alone, so it is added to
each of them that there is.
"""

from __future__ import annotations

import logging

from temporalio import workflow

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
