"""The means of the tests themselves: they find what they are there to find, and leave nothing behind."""

from __future__ import annotations

import ast
import asyncio
import os
import re
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from ..env import LIMIT, Env
from ..mcp.clients import is_running, until
from . import counting
from .processes import POOL, ROOT, command, start_process

TESTS = ROOT / "tests"
WITHOUT = {"test_kill.py", "test_feature_kill.py", "test_official.py", "test_light_copies.py"}
"""Files whose tests take long, or have no task after which a workflow could be made anew."""


def uses_env(function: ast.AsyncFunctionDef) -> bool:
    """Whether a test has a workflow that runs on `Env`, by itself or by a fixture of its folder."""
    return bool({"env", "box", "traced"} & {each.arg for each in function.args.args})


def marks(function: ast.AsyncFunctionDef) -> set[str]:
    return set(re.findall(r"pytest\.mark\.(\w+)", " ".join(ast.unparse(each) for each in function.decorator_list)))


def test_each_feature_has_a_test_with_the_cache_off() -> None:
    """In make test, where the second run of all others is left out (tests/suite/depth.py)."""
    missing = list[str]()
    folders = defaultdict[str, int](int)
    for path in sorted(each for each in TESTS.glob("*/test_*.py") if each != Path(__file__)):
        tests = [each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.AsyncFunctionDef)]
        tests = [each for each in tests if each.name.startswith("test_") and uses_env(each)]
        marked = [each for each in tests if "uncached" in marks(each)]
        folders[path.parent.name] += len(marked) if tests else 1
        if tests and not marked and path.name not in WITHOUT:
            missing.append(str(path.relative_to(ROOT)))
    assert not missing, f"mark a test of each with @pytest.mark.uncached, one with many workflow tasks: {missing}"
    assert all(folders.values()), folders


async def test_a_cut_replay_finds_what_temporals_replay_does_not(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    async with env.worker(counting.Counts, activities=[counting.take]):
        handle = await env.start(counting.Counts.run, False)
        await env.result(handle)
        same = await handle.fetch_history()
        await env.replay(same)
        other = await env.start(counting.Counts.run, True)
        await env.result(other)
    env.forget(other)
    history = await other.fetch_history()
    await env.replay(history, cut=False)
    if env.cached:  # else the run itself was in pieces
        with pytest.raises(AssertionError, match=r"replay of \d+ of \d+ events, step 1: gives"):
            await env.replay(history)
        with monkeypatch.context() as changed:
            changed.setattr(counting, "STOPS", True)
            with pytest.raises(AssertionError, match="gives 1 steps, not 2"):
                await env.replay(same)


@pytest.mark.timing
def test_only_marked_tests_are_run_again_and_all_share_a_server(tmp_path: Path) -> None:
    cases = "tests/suite/again_cases.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "-q", "-p", "no:cacheprovider", cases],
        cwd=ROOT,
        env={**os.environ, "CASES": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    said = done.stdout
    assert done.returncode == 1 and re.search(r"2 failed, 3 passed, 2 rerun", said), said + done.stderr
    flaky = said[said.index("= flaky: 1 =") : said.index("short test summary")]
    assert "again_cases.py::test_marked (call) passed the second time" in flaky, said
    assert "AssertionError: the first run of marked" in flaky, said
    assert "unmarked" not in flaky and "never_right" not in flaky, said
    assert re.search(r"FAILED \S+::test_unmarked", said) and re.search(r"FAILED \S+::test_never_right", said)
    (address,) = {each.read_text() for each in tmp_path.glob("server *")}
    port = address.rpartition(":")[2]
    assert port not in subprocess.run(["ps", "-A", "-ww", "-o", "args="], capture_output=True, text=True).stdout.split()


PRINTS = "tests.suite.printing"


async def test_a_process_of_the_pool_is_as_one_of_its_own() -> None:
    said = list[list[Any]]()
    for fresh in (False, True):
        process = await start_process(
            *(PRINTS, "a", "3"), environment={"WORD": "ash"}, stdout=asyncio.subprocess.PIPE, fresh=fresh
        )
        assert process.stdout is not None
        lines = (await asyncio.wait_for(process.stdout.read(), LIMIT)).decode().splitlines()
        assert lines.pop() == str(process.pid)
        said.append([*lines, await process.wait(), process.returncode])
    assert said[0] == said[1] == ["__main__ ['a', '3'] ash", str(ROOT), 3, 3]


async def test_a_process_of_the_pool_can_be_killed_and_dies_with_who_asked_for_it() -> None:
    process = await start_process(PRINTS, "waits", stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    pid = int((await asyncio.wait_for(process.stdout.readline(), LIMIT)).decode())
    assert pid == process.pid and is_running(pid)
    process.kill()
    assert await process.wait() == process.returncode == -signal.SIGKILL and not is_running(pid)


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGTERM])
async def test_what_stands_in_for_a_process_of_the_pool(stop: signal.Signals) -> None:
    """Its files are those of the process, and neither outlives the other."""
    standing_in = await asyncio.create_subprocess_exec(
        *command(PRINTS, "waits"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert standing_in.stdout is not None
    pid = int((await asyncio.wait_for(standing_in.stdout.readline(), LIMIT)).decode())
    assert (pid != standing_in.pid) == (POOL in os.environ)
    standing_in.send_signal(stop)
    assert await standing_in.wait() == -stop
    await until(lambda: not is_running(pid))


async def test_what_stands_in_ends_as_the_process_does() -> None:
    ends = await asyncio.create_subprocess_exec(*command(PRINTS, "a", "3"), cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)
    assert await asyncio.wait_for(ends.wait(), LIMIT) == 3
