"""The worker processes: started, watched, killed, and never left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from strands_temporal.testing import TemporalServer

from .files import ROOT


class DemoError(Exception):
    """The demo cannot go on; the message is for the user."""


class Workers:
    """The demo's worker processes; leaving the context kills all that still run."""

    def __init__(self, server: TemporalServer, root: Path, output: Path) -> None:
        """Create it, with no worker yet.

        Args:
            server: To work for.
            root: The repository that they audit.
            output: Folder for what the workers print.
        """
        self._server = server
        self._root = root
        self._output = output
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Workers:
        """Do nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill every worker."""
        for name in list(self._running):
            self.kill(name)

    def start(self, name: str, queue: str, folder: Path, hold: str | None = None) -> int:
        """Start a worker.

        Args:
            name: Its identity on the server.
            queue: Task queue to work on.
            folder: Of the run that it works for.
            hold: The step to hold open, as `count_lines:3`.

        Returns:
            The process id.
        """
        command = [sys.executable, "-m", "demo.worker", "--name", name, "--address", self._server.address]
        command += [
            "--namespace",
            self._server.namespace,
            "--root",
            str(self._root),
            "--queue",
            queue,
            "--folder",
            str(folder),
        ]
        command += ["--hold", hold] if hold else []
        with self._output_of(name).open("wb") as output:
            # In a session of its own, so that Ctrl+C in the terminal reaches the demo alone, which ends its workers in
            # order. Its stdin is a pipe that breaks with this process: the worker sees even a SIGKILL of the demo.
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running[name] = process
        return process.pid

    def kill(self, name: str) -> None:
        """End a worker with SIGKILL, and all that it may have started."""
        process = self._running.pop(name)
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdin is not None
        process.stdin.close()

    def check(self) -> None:
        """Make sure that every worker still runs.

        Raises:
            DemoError: One ended by itself; the message shows what it printed.
        """
        for name, process in self._running.items():
            if process.poll() is not None:
                raise DemoError(f"{name} ended by itself, with exit code {process.returncode}.\n{self.outputs()}")

    def outputs(self) -> str:
        """The last lines that each worker printed."""
        parts: list[str] = []
        for name in self._running:
            lines = self._output_of(name).read_text(errors="replace").splitlines()[-25:] or ["(nothing)"]
            parts.append("\n".join([f"{name} printed:", *(f"    {line}" for line in lines)]))
        return "\n".join(parts)

    def _output_of(self, name: str) -> Path:
        return self._output / f"{name}.txt"
