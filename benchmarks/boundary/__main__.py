"""What a model call costs between workflow and worker, ours and the official plugin beside plain Temporal.

All variants run one workload in one run on one real server, each in a worker process of its own, and each answer is
checked. The official plugin takes part where `--official` names an interpreter that has it.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import platform
import sys
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from temporalio.client import Client

from strands_temporal._testing.ending import exit_with
from strands_temporal.testing import ServerNotFoundError, temporal_server

from . import charts
from .bench import Bench, log
from .results import as_json, markdown
from .sizes import QUICK, Sizes

# In the order in which they run: what is timed first, before the dev server, which keeps all in memory, has grown slow
# with histories; and the replay after the history, whose conversations it takes.
MEASUREMENTS = (
    "startup",
    "construction",
    "streaming",
    "cpu",
    "throughput",
    "memory",
    "cold",
    "history",
    "replay",
    "documents",
)


def arguments_of_command() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.boundary", description=__doc__)
    parser.add_argument("--official", metavar="PYTHON", help="an interpreter with temporalio-strands-agents")
    parser.add_argument("--only", metavar="NAMES", help=f"some of: {','.join(MEASUREMENTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works; no figures to quote")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there too")
    parser.add_argument("--charts", metavar="FOLDER", type=Path, help="draw charts there; needs matplotlib")
    parser.add_argument("--charts-of", metavar="FILE", type=Path, help="measure nothing, draw what --json wrote there")
    parser.add_argument(
        "--agent-options",
        metavar="JSON",
        type=json.loads,
        default=os.environ.get("AGENT_OPTIONS", '{"max_metrics_invocations": 1}'),
        help="keywords of TemporalAgent to measure ours' memory with a second time; AGENT_OPTIONS by default",
    )
    arguments = parser.parse_args()
    arguments.only = arguments.only.split(",") if arguments.only else list(MEASUREMENTS)
    if unknown := set(arguments.only) - set(MEASUREMENTS):
        parser.error(f"--only: unknown {', '.join(sorted(unknown))}")
    if arguments.charts_of and not arguments.charts:
        parser.error("--charts-of needs --charts")
    return arguments


async def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure, print each section when it is done, and return all as JSON values."""
    pythons = {"raw": sys.executable, "ours": sys.executable}
    if arguments.official:
        pythons["official"] = arguments.official
    written: dict[str, Any] = {"environment": environment(arguments)}
    print(", ".join(f"{name} {value}" for name, value in written["environment"].items()), end="\n\n", flush=True)
    async with temporal_server() as server:
        client = await Client.connect(server.address, namespace=server.namespace)
        sizes = QUICK if arguments.quick else Sizes()
        bench = Bench(server, client, pythons, sizes, arguments.agent_options)
        for name in MEASUREMENTS:
            if name in arguments.only:
                result = await importlib.import_module(f"benchmarks.boundary.measure.{name}").measure(bench)
                print(markdown(result, bench.variants), flush=True)
                written[name] = as_json(result)
                if arguments.json:  # after each, so that a run that is broken off leaves what it has
                    arguments.json.write_text(json.dumps(written, indent=1))
    return written


def environment(arguments: argparse.Namespace) -> dict[str, str]:
    """What the figures depend on."""
    packages = {name: version(name) for name in ("strands-temporal", "strands-agents", "temporalio")}
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "python": platform.python_version(),
        "cpus": str(os.cpu_count()),
        "sizes": "quick" if arguments.quick else "full",
        **packages,
    }


def main() -> int:
    """Measure, print, and write what was asked for."""
    arguments = arguments_of_command()
    if arguments.charts:
        charts.import_pyplot()  # missing, it had better be missed now than after an hour
    try:
        written = json.loads(arguments.charts_of.read_text()) if arguments.charts_of else asyncio.run(run(arguments))
    except ServerNotFoundError as error:
        sys.exit(str(error))
    if arguments.charts:
        for file in charts.draw(written, arguments.charts):
            log(f"wrote {file}")
    return 0


if __name__ == "__main__":
    exit_with(main)
