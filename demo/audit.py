"""One run of the audit workflow: started, followed to its end, and read from all four witnesses."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError

from strands_temporal.testing import ScriptedModel

from .files import AUDITED, RunFiles
from .processes import DemoError, Workers
from .script import auditor
from .steplog import Entry
from .steps import Progress, progress_of
from .verify import Facts
from .workflow import Audit

POLL_SECONDS = 0.1
PATIENCE_SECONDS = 30
"""How long the run may stand still before the demo gives up."""

OnChange = Callable[[Progress, list[Entry]], None]


class AuditRun:
    """A context in which the workflow runs; it is terminated where the context ends before it does."""

    def __init__(self, client: Client, name: str, folder: Path) -> None:
        """Create it; the workflow starts with the context.

        Args:
            client: Of the server.
            name: Of the run.
            folder: For the folder of the run's files.
        """
        # The id, which is the task queue too, is a new one each time: the server may be one that outlives the demo.
        self.id = f"audit-{name}-{uuid.uuid4().hex[:6]}"
        self.folder = folder / name
        self._client = client
        self._files = RunFiles(self.folder)
        self._handle: WorkflowHandle[Any, str]

    async def __aenter__(self) -> AuditRun:
        """Start the workflow."""
        self.folder.mkdir()
        self._handle = await self._client.start_workflow(Audit.run, AUDITED, id=self.id, task_queue=self.id)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave no workflow behind that no worker will ever finish."""
        if error is not None:
            with contextlib.suppress(RPCError, asyncio.TimeoutError):  # it may have ended, or the server may be gone
                await asyncio.wait_for(self._handle.terminate("the demo was stopped"), timeout=1)

    def link(self, ui_url: str | None) -> str:
        """Address of the run in the Web UI, or what to look for there."""
        if ui_url is None:
            return f"workflow {self.id}"
        run_id = self._handle.first_execution_run_id
        return f"{ui_url}/namespaces/{self._client.namespace}/workflows/{self.id}/{run_id}"

    async def finish(self, workers: Workers, on_change: OnChange = lambda progress, log: None) -> Facts:
        """Follow the run to its end.

        Args:
            workers: The processes that work on it.
            on_change: Called with what the server and the step log have, whenever that is something new.

        Returns:
            What is known of it.

        Raises:
            DemoError: A worker ended by itself, the workflow failed, or nothing happened for too long.
        """
        last: tuple[Progress, list[Entry]] | None = None
        changed = time.monotonic()
        while last is None or last[0].status == WorkflowExecutionStatus.RUNNING:
            await asyncio.sleep(POLL_SECONDS)
            workers.check()
            log = self._files.log.read()  # before the server is asked, which so knows every step that the log names
            now = await progress_of(self._handle), log
            if now != last:
                last, changed = now, time.monotonic()
                on_change(*now)
            elif time.monotonic() - changed > PATIENCE_SECONDS:
                raise DemoError(f"{self.id} has made no progress for {PATIENCE_SECONDS} s.\n{workers.outputs()}")
        progress = last[0]
        if progress.status != WorkflowExecutionStatus.COMPLETED:
            name = progress.status.name if progress.status else "unknown"
            raise DemoError(f"{self.id} has the status {name}.\n{workers.outputs()}")
        return Facts(
            answer=await self._handle.result(),
            steps=progress.steps,
            log=tuple(self._files.log.read()),
            asked=asked(self._files.asked),
            report=tuple(self._files.report.read_text().splitlines()),
        )


def asked(record: Path) -> tuple[str, ...]:
    """What the model saw: each request as text, without the metadata that Strands keeps beside the messages."""
    requests = ScriptedModel(auditor, record=record).requests
    return tuple(json.dumps([[each["role"], each["content"]] for each in request.messages]) for request in requests)
