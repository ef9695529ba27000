"""What every measurement is given: the server, the variants, their workers and conversations."""

from __future__ import annotations

import sys
import uuid
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from temporalio.client import Client

from strands_temporal.testing import TemporalServer

from .chat import Chat, StoppedError, chat
from .processes import WorkerProcess, worker_process
from .settings import Settings
from .sizes import Sizes


@dataclass
class Bench:
    """One run of the benchmark.

    Attributes:
        server: The Temporal server.
        client: A client of it.
        pythons: The interpreter of each variant, in the order of the table.
        sizes: How much is measured.
        agent_options: Keywords of TemporalAgent, with which memory is measured a second time.
        kept: What a measurement keeps for a later one.
    """

    server: TemporalServer
    client: Client
    pythons: Mapping[str, str]
    sizes: Sizes
    agent_options: dict[str, Any] = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict)

    @property
    def variants(self) -> list[str]:
        """The variants of this run."""
        return list(self.pythons)

    @property
    def agents(self) -> list[str]:
        """The variants that have agents."""
        return [variant for variant in self.pythons if variant != "raw"]

    @asynccontextmanager
    async def worker(
        self,
        variant: str,
        *options: str,
        queue: str | None = None,
        environment: Mapping[str, str] | None = None,
        warm: bool = True,
    ) -> AsyncGenerator[WorkerProcess]:
        """A worker process of a variant, warmed up by a short conversation of its own."""
        queue = queue or f"boundary-{variant}-{uuid.uuid4()}"
        python = self.pythons[variant]
        async with worker_process(self.server, variant, python, queue, environment or {}, list(options)) as worker:
            if warm:
                await self._warm_up(worker)
            yield worker

    async def _warm_up(self, worker: WorkerProcess) -> None:
        async with self.chat(worker) as chat:
            try:
                await chat.take(3)
            except StoppedError as error:
                raise RuntimeError(f"The worker of {worker.variant!r} does not work:\n{worker.printed()}") from error

    def chat(self, worker: WorkerProcess, settings: Settings | None = None) -> AbstractAsyncContextManager[Chat]:
        """A conversation on a worker."""
        return chat(self.client, worker.variant, worker.queue, settings)


def log(text: str) -> None:
    """Say what is going on."""
    print(text, file=sys.stderr, flush=True)
