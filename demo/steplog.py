"""The step log: what the workers say they did, one JSON line per event, in a file that outlives them."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One event in the life of a step, written by the worker process that ran it.

    Attributes:
        step: Activity id.
        kind: Activity type.
        attempt: Attempt, from 1.
        worker: Name of the worker.
        pid: Its process.
        event: `started`, `held` (its work is done and it is kept open, to be killed), `completed` or `failed`.
        time: Seconds since the epoch.
    """

    step: str
    kind: str
    attempt: int
    worker: str
    pid: int
    event: str
    time: float


class StepLog:
    """A log that several processes append to and any may read."""

    def __init__(self, path: Path) -> None:
        """Open the log; the file need not exist."""
        self._path = path

    def write(self, step: str, kind: str, attempt: int, worker: str, event: str) -> None:
        """Append an event of a step that this process runs."""
        line = json.dumps(asdict(Entry(step, kind, attempt, worker, os.getpid(), event, time.time()))) + "\n"
        # In one unbuffered write, which a SIGKILL cannot cut in two.
        with self._path.open("ab", buffering=0) as file:
            file.write(line.encode())

    def read(self) -> list[Entry]:
        """Every event so far, in the order they happened."""
        if not self._path.exists():
            return []
        return [Entry(**json.loads(line)) for line in self._path.read_text().splitlines()]
