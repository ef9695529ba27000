"""How much of the tests a run takes: what `make test` does, all (`make test-all`), or the core (other Pythons)."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest

DEPTHS = ("core", "test", "all")

LEFT = pytest.StashKey["Counter[str]"]()
BEGAN = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--depth",
        choices=DEPTHS,
        default="test",
        help="core: nothing twice, nothing random, no kills; test: what a change has to pass; all: everything, each "
        "test of a workflow with the workflow cache off too, and each process with an interpreter of its own",
    )


def depth(config: pytest.Config) -> str:
    """How much of the tests the run takes."""
    wanted: Any = config.getoption("depth")
    return wanted


@pytest.fixture
def few(pytestconfig: pytest.Config) -> bool:
    """Whether random tests do with a small part of their rounds."""
    return depth(pytestconfig) != "all"


def is_uncached(item: pytest.Item) -> bool:
    """Whether the item is a test's run with the workflow cache off."""
    callspec: Any = getattr(item, "callspec", None)
    return callspec is not None and callspec.params.get("env") == "uncached"


class Choice:
    """Tells of each item whether the run takes it; asked in the order of the items."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self._uncached = Counter[str]()

    def left_out(self, item: pytest.Item) -> str | None:
        """What kind of test the run leaves out, None where it takes it."""
        if self._wanted == "all":
            return None
        if is_uncached(item) and not self._is_chosen(item):
            return "second runs with the workflow cache off"
        if item.get_closest_marker("exhaustive"):
            return "further kills, random and large runs"
        if self._wanted == "core" and any(part in item.nodeid for part in ("random", "kill")):
            return "random runs and kills"
        return None

    def _is_chosen(self, item: pytest.Item) -> bool:
        """Whether a test is marked, and there are not yet as many of its parametrizations as the mark says."""
        mark = item.get_closest_marker("uncached")
        if mark is None or self._wanted == "core":
            return False
        test = item.nodeid.partition("[")[0]
        self._uncached[test] += 1
        return not mark.args or self._uncached[test] <= mark.args[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out what the run does not take."""
    choice = Choice(depth(config))
    left = {item: kind for item in items if (kind := choice.left_out(item))}
    config.stash[LEFT] = Counter(left.values())
    if left:
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the controlling process, which collects nothing itself, what was left out."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left"] = dict(session.config.stash.get(LEFT, Counter()))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear it."""
    node.config.stash[LEFT] = Counter(getattr(node, "workeroutput", {}).get("left", {}))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Note when the run began."""
    session.config.stash[BEGAN] = time.monotonic()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say how long it took, what was left out, and who runs it."""
    minutes, seconds = divmod(round(time.monotonic() - config.stash[BEGAN]), 60)
    terminalreporter.section(f"{minutes} min {seconds} s")
    if left := config.stash.get(LEFT, None):
        kinds = [f"{count:,} {kind}" for kind, count in left.items()]
        left_out = ", ".join([*kinds, "most random conversations", "more on floors and other Pythons"])
        terminalreporter.write_line(f"left to make test-all: {left_out}")
