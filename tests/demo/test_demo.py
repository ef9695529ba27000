"""The demo as its user runs it: a process of its own, with real workers that really die."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import pytest

pytestmark = pytest.mark.timing

ROOT = Path(__file__).resolve().parents[2]
MARK = "STRANDS_TEMPORAL_DEMO_TEST"


class Demo:
    """A demo process and what it has printed."""

    def __init__(self, temporary: Path, *arguments: str) -> None:
        self._mark = uuid.uuid4().hex
        self.temporary = temporary
        self.process = subprocess.Popen(
            [sys.executable, "-m", "demo", *arguments],
            cwd=ROOT,
            env={**os.environ, MARK: self._mark, "TMPDIR": str(temporary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # a group that a test can press Ctrl+C for
        )
        self.output = ""
        self._lines: Queue[str | None] = Queue()
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put(None)

    def read_until(self, text: str | None, seconds: float) -> None:
        """Read its output up to a line with this text; None: to its end."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except Empty:
                raise AssertionError(f"No {text!r} within {seconds} s, after:\n{self.output}") from None
            if line is None:
                assert text is None, f"The demo ended without {text!r}:\n{self.output}"
                return
            self.output += line
            if text is not None and text in line:
                return

    def press_ctrl_c(self) -> None:
        """What a terminal does: the signal goes to the whole group, so to the dev server as well."""
        os.killpg(self.process.pid, signal.SIGINT)

    def wait(self, seconds: float) -> int:
        """The exit code, once all its output is read."""
        self.read_until(None, seconds)
        return self.process.wait(timeout=5)

    def left_behind(self) -> list[str]:
        """Processes that the demo started and that still run, and files that it left."""
        workers = [pid for pid in re.findall(r"\(process (\d+)\)", self.output) if _runs(int(pid))]
        marked: list[str] = []
        for environment in Path("/proc").glob("[0-9]*/environ"):  # where there is /proc, the server is found too
            try:
                if f"{MARK}={self._mark}".encode() in environment.read_bytes():
                    marked.append(environment.with_name("cmdline").read_text())
            except OSError:
                continue  # it has ended meanwhile, or is another user's
        return [*workers, *marked, *(each.name for each in self.temporary.glob("strands-temporal-demo-*"))]

    def close(self) -> None:
        """End it, if a test failed before it did."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    demos: list[Demo] = []

    def start_demo(*arguments: str) -> Demo:
        demos.append(Demo(tmp_path, *arguments))
        return demos[-1]

    yield start_demo
    for demo in demos:
        demo.close()


def test_killed_workers_make_no_difference(start: Callable[..., Demo]) -> None:
    demo = start()
    assert demo.wait(60) == 0, demo.output
    text = demo.output
    assert re.search(r"worker-1 \(process \d+\) KILLED with SIGKILL inside step (\d+)", text)
    assert re.search(r"worker-2 \(process \d+\) takes over", text)
    assert re.search(r"worker-2 \(process \d+\) KILLED with SIGKILL inside step (\d+)", text)
    assert re.search(r"worker-3 \(process \d+\) takes over", text)
    assert re.search(r"count_lines\(.*attempt 2  worker-2  done .* \(an attempt died with worker-1\)", text)
    assert re.search(r"model call \d+ .*attempt 2  worker-3  done .* \(an attempt died with worker-2\)", text)
    answers = re.findall(r"^(?:Answer|Undisturbed): +(\d+ files, .* checksum \w+)$", text, re.MULTILINE)
    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert "The kills made no difference." in text
    assert "WRONG" not in text
    assert "TEMPORAL_ADDRESS" in os.environ or re.search(r"http://\S+/workflows/audit-with-kills-\w+/[\w-]+\n", text)
    assert demo.left_behind() == []


@pytest.mark.parametrize("moment", ["worker-1 (process", "takes over"])
def test_ctrl_c_leaves_nothing_behind(start: Callable[..., Demo], moment: str) -> None:
    demo = start()
    demo.read_until(moment, 30)
    demo.press_ctrl_c()
    assert demo.wait(15) == 130, demo.output
    assert "Traceback" not in demo.output
    assert demo.left_behind() == []


def test_help() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0
    assert "--keep" in done.stdout
