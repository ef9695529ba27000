"""CPU time of this process, with that of garbage collections counted apart: these fall where they like."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

_started = 0.0
_collections = 0.0


def _on_collection(phase: str, info: dict[str, Any]) -> None:
    global _started, _collections
    if phase == "start":
        _started = time.thread_time()
    else:
        _collections += time.thread_time() - _started


gc.callbacks.append(_on_collection)


def cpu() -> float:
    """Seconds of CPU that all threads of this process have used, without collections since this module's import."""
    return time.process_time() - _collections


def cpu_of(do: Callable[[], object], count: int) -> float:
    """Seconds of CPU to do something, on average, after a first time that warms up what is made once."""
    do()
    start = cpu()
    for _ in range(count):
        do()
    return (cpu() - start) / count
