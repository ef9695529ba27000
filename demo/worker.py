"""A worker process of the demo: `python -m demo.worker --help`; its parent starts it, and kills it."""

from __future__ import annotations

import argparse
import asyncio
import os
import threading
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Worker

from strands_temporal import StrandsPlugin
from strands_temporal._testing.ending import exit_with
from strands_temporal.testing import ScriptedModel

from .files import RunFiles
from .interceptor import StepInterceptor
from .script import auditor
from .tools import AuditTools
from .workflow import Audit


async def work(options: argparse.Namespace) -> None:
    """Work on a task queue until the process is killed."""
    files = RunFiles(options.folder)
    tools = AuditTools(options.root, files.report)
    # The scripted model stands in for a paid one; its record is what the model saw.
    plugin = StrandsPlugin(models={"auditor": lambda: ScriptedModel(auditor, record=files.asked)})
    client = await Client.connect(options.address, namespace=options.namespace, plugins=[plugin])
    worker = Worker(
        client,
        task_queue=options.queue,
        identity=options.name,
        workflows=[Audit],
        activities=[tools.list_files, tools.count_lines, tools.read_outline, tools.append_report],
        interceptors=[StepInterceptor(files.log, options.name, options.hold)],
        # For so long a workflow is kept for the worker that has it in memory, before another one may take it over.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
    )
    await worker.run()


def _end_with_parent() -> None:
    """End this process when its parent is gone, however that went: then the pipe on stdin is closed."""
    os.read(0, 1)
    os._exit(1)


def main() -> None:
    """Read the arguments and work."""
    parser = argparse.ArgumentParser(prog="python -m demo.worker", description="A worker process of the demo.")
    parser.add_argument("--name", required=True, help="identity of the worker on the server")
    parser.add_argument("--address", required=True, help="host:port of the Temporal server")
    parser.add_argument("--namespace", required=True, help="namespace on the server")
    parser.add_argument("--queue", required=True, help="task queue to work on")
    parser.add_argument("--root", required=True, type=Path, help="the repository to audit")
    parser.add_argument("--folder", required=True, type=Path, help="where the run's log and report are written")
    parser.add_argument("--hold", metavar="KIND:N", help="hold open the N-th step of this kind, until killed")
    options = parser.parse_args()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    asyncio.run(work(options))


if __name__ == "__main__":
    exit_with(main)
