"""A worker of one sample as the page has it, under either plugin.

`python -m tests.migration.worker PACKAGE SAMPLE MODEL TASK_QUEUE` takes the server from TEMPORAL_ADDRESS, prints
`ready`, and works until it is killed. MODEL is one of `model.MODELS`, or `unserved`, where no activity is run at all.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from . import model
from .samples import SAMPLES, load, plugin_options


async def main(package: str, name: str, kind: str, task_queue: str, folder: str) -> None:
    """Work on one task queue."""
    model.install("works" if kind == "unserved" else kind)
    plugin: Any = importlib.import_module(package).StrandsPlugin(**plugin_options(name))
    module: Any = load(package, Path(folder))[name]
    sample = SAMPLES[name]
    worker = Worker(
        await Client.connect(os.environ["TEMPORAL_ADDRESS"], plugins=[plugin]),
        task_queue=task_queue,
        workflows=[getattr(module, sample.workflow)],
        activities=[getattr(module, each) for each in sample.activities],
        no_remote_activities=kind == "unserved",
    )
    async with worker:
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], temporary))
