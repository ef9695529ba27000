"""What `import strands_temporal` adds to a process that has temporalio and strands: `python -m benchmarks.import_time`.

Each sample is the difference of two subprocesses that start one after the other. With `--official PYTHON`, an
interpreter that has the official plugin, that one is measured in the same run.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

BASE = "import temporalio.client, temporalio.worker, strands"
LIMIT_MS = 60.0


def milliseconds(python: str, code: str) -> float:
    """The wall-clock time that the code takes, without the interpreter's own start."""
    timed = f"import time; start = time.perf_counter()\n{code}\nprint((time.perf_counter() - start) * 1000)"
    return float(subprocess.run([python, "-c", timed], check=True, capture_output=True, text=True).stdout)


def difference(python: str, module: str, runs: int) -> list[float]:
    """What the module adds to BASE, in milliseconds, for each run."""
    return [milliseconds(python, f"{BASE}; import {module}") - milliseconds(python, BASE) for _ in range(runs)]


def main() -> int:
    """Measure, print, and fail where it costs more than the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--official", metavar="PYTHON", help="an interpreter with temporalio-strands-agents")
    arguments = parser.parse_args()
    measured = {"strands_temporal": difference(sys.executable, "strands_temporal", arguments.runs)}
    if arguments.official:
        measured["temporalio.strands_agents"] = difference(
            arguments.official, "temporalio.strands_agents", arguments.runs
        )
    for module, samples in measured.items():
        low, middle, high = min(samples), statistics.median(samples), max(samples)
        print(f"import {module}: median {middle:.0f} ms (min {low:.0f}, max {high:.0f}, {len(samples)} runs)")
    ours = statistics.median(measured["strands_temporal"])
    print(f"limit {LIMIT_MS:.0f} ms: {'kept' if ours <= LIMIT_MS else 'EXCEEDED'}")
    return 0 if ours <= LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
