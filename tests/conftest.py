"""For each test a client of the run's server, and a place where its workflows run and are replayed."""

from __future__ import annotations

import gc
import os
import uuid
from collections.abc import AsyncIterator
from typing import Any

import hypothesis
import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.worker import _workflow

from strands_temporal._testing.ending import exit_with

from .env import Env

pytest_plugins = ["tests.suite.again", "tests.suite.depth", "tests.suite.shared"]

# By the clock, on a machine that may be busy: no health check, and a limit that only what hangs can pass.
hypothesis.settings.register_profile("tests", deadline=10_000, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("tests")

EXIT_STATUS = pytest.StashKey[int]()


@pytest.fixture(autouse=True)
def _no_real_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that forgets its model must not find a developer's account."""
    for name in [each for each in os.environ if each.startswith(("AWS_", "ANTHROPIC_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True)
def _patient_deadlock_detector(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine stand still for longer than the 2 seconds after which Temporal's deadlock detector speaks.

    It goes by the clock, and there is no option for its limit. It still interrupts code that holds the workflow thread
    for ever, and has its own limit in tests of what it does.
    """
    if request.node.get_closest_marker("deadlock_detector"):
        return
    made = _workflow._WorkflowWorker.__init__

    def make(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self._deadlock_timeout_seconds = 20

    monkeypatch.setattr(_workflow._WorkflowWorker, "__init__", make)


@pytest_asyncio.fixture
async def client(server_address: str) -> Client:
    return await Client.connect(server_address)


@pytest.fixture
def task_queue() -> str:
    return f"test-{uuid.uuid4()}"


@pytest_asyncio.fixture(params=["cached", "uncached"])
async def env(request: Any, client: Client, task_queue: str) -> AsyncIterator[Env]:
    """Runs every test that uses it, replays what it ran, and does so again with the workflow cache off.

    That second run is left to `make test-all` but for tests that are marked `uncached` (tests/suite/depth.py).
    """
    env = Env(client, task_queue, cached=request.param == "cached")
    yield env
    await env.check_histories()


def pytest_xdist_auto_num_workers() -> int | None:
    """Three processes for each core: they wait for servers and worker processes for most of the time.

    No more than a dev server can serve, which they share.
    """
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(3 * (cores or 1), 12)


def pytest_collection_finish() -> None:
    """Spare each full garbage collection what was imported and collected, which lives as long as the process."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[EXIT_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End as a command that used the SDK has to, for an abort at the very end would belie the tests."""
    if EXIT_STATUS in config.stash:
        exit_with(lambda: config.stash[EXIT_STATUS])
