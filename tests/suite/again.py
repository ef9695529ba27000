"""Which tests may be run once more, and what came of it: those marked `timing`, and no others."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test of processes, kills or limits of time be run once more where it fails."""
    for item in items:
        if item.get_closest_marker("timing"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """List what passed only the second time, with its first failure."""
    passed = {report.nodeid for report in terminalreporter.stats.get("passed", [])}
    first = [report for report in terminalreporter.stats.get("rerun", []) if report.nodeid in passed]
    terminalreporter.section(f"flaky: {len(first) or 'none'}")
    for report in first:
        terminalreporter.write_line(f"{report.nodeid} ({report.when}) passed the second time; it had failed with")
        terminalreporter.write_line(report.longreprtext)
