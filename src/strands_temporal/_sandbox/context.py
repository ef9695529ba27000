"""What the factory of a sandbox and the readers of its output are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias

from strands.sandbox import Sandbox, StreamChunk


@dataclass(frozen=True)
class SandboxWorkflowChain:
    """What all the runs of one workflow have in common, over continue-as-new, retries, cron and reset.

    Attributes:
        namespace: The workflow's namespace.
        workflow_id: Its id.
        first_execution_run_id: The run id of its first run; a new start under the same workflow id has another.
    """

    namespace: str
    workflow_id: str
    first_execution_run_id: str


@dataclass(frozen=True)
class SandboxWorkflowContext:
    """The workflow for which a factory of `StrandsPlugin(sandboxes=...)` is to make or find a sandbox.

    Attributes:
        chain: What all its runs have in common, by which its sandbox is found again.
        run_id: The run that asks now.
    """

    chain: SandboxWorkflowChain
    run_id: str

    @property
    def namespace(self) -> str:
        """The workflow's namespace."""
        return self.chain.namespace

    @property
    def workflow_id(self) -> str:
        """The workflow's id."""
        return self.chain.workflow_id

    @property
    def first_execution_run_id(self) -> str:
        """The run id of the workflow's first run."""
        return self.chain.first_execution_run_id


@dataclass(frozen=True)
class SandboxStreamEvent:
    """A piece of a running command's output, as `TemporalSandbox(streaming_topic=...)` publishes it.

    Attributes:
        sandbox_name: The sandbox.
        execution_id: The execution, the same for all its attempts: the workflow's run id and the activity's id.
        attempt: The attempt, from 1. What an earlier attempt has published is void when a later one begins.
        sequence: The place of this piece among those of the attempt, from 0.
        chunk: The output, with its `stream_type`, `stdout` or `stderr`.
    """

    sandbox_name: str
    execution_id: str
    attempt: int
    sequence: int
    chunk: StreamChunk


SandboxFactory: TypeAlias = Callable[
    [SandboxWorkflowContext],
    "Sandbox | AbstractAsyncContextManager[Sandbox] | Awaitable[Sandbox | AbstractAsyncContextManager[Sandbox]]",
]
"""Makes or finds the sandbox of a workflow; called for each operation."""
