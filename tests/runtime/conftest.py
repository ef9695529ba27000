"""Says what it means when a pinned private name has moved, under the report of the test that found it."""

from __future__ import annotations

from collections.abc import Generator
from importlib.metadata import version
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and item.path.name.endswith("_names.py"):
        installed = ", ".join(f"{name} {version(name)}" for name in ("strands-agents", "temporalio", "mcp"))
        report.sections.append(
            (
                "a private name has moved",
                f"{installed} differs from what src/strands_temporal/_runtime relies on: {item.name} says in what. "
                "Look for the module there whose docstring names it, mend that for the new version and the oldest "
                "one that is allowed, and this test with it.",
            )
        )
    return report
