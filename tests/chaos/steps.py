"""What a step writes when it begins, and where it ends its own process."""

from __future__ import annotations

import os
import signal
from pathlib import Path

STEPS, DIES_AT = "STEPS", "DIES_AT"
"""Names in a worker's environment: the file of its steps, and the step that it does not survive, if there is one."""


def step(word: str) -> None:
    """Begin a step; where it is the one to die at, SIGKILL this process at once."""
    with Path(os.environ[STEPS]).open("a") as file:
        file.write(f"{word} by {os.getpid()}\n")
    if word == os.environ.get(DIES_AT):
        os.kill(os.getpid(), signal.SIGKILL)


def steps(file: Path) -> list[tuple[str, int]]:
    """The steps so far, each with its process."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [(word, int(pid)) for word, _, pid in (line.rpartition(" by ") for line in lines)]
