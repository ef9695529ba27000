"""One operation in a sandbox, from its request to its end: what it needs, that it is watched, and how it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from strands.sandbox import Sandbox
from temporalio import activity
from temporalio.exceptions import ApplicationError

from .._model.limits import TOO_LARGE
from .._streaming.watched import LOOK_SECONDS, watched
from . import wire
from .context import SandboxWorkflowChain, SandboxWorkflowContext
from .failures import failure_of, is_done_once, stands_alone
from .masking import Mask
from .registry import SandboxRegistry


class Operation:
    """What the running activity does."""

    def __init__(self, registry: SandboxRegistry, request: wire.Request) -> None:
        """Take what is known before the sandbox is there."""
        self.request = request
        self.sandbox: Sandbox
        self.mask = Mask(())
        """Takes the values of the worker's variables out that the command gets."""
        self.has_begun = False
        """Whether the sandbox is there, so that it may have done something."""
        self._worker_env = registry.worker_env

    @property
    def keywords(self) -> dict[str, Any]:
        """Further arguments, for sandboxes that know them."""
        return self.request.keywords

    def field(self, name: str) -> Any:
        """What the request has under a name; None if nothing."""
        return self.request.fields.get(name)

    def resolved_env(self) -> dict[str, str] | None:
        """The command's environment with the worker's values where references were.

        Raises:
            InvalidOptionError: A reference is not allowed, or the variable is not set.
        """
        env, values = self._worker_env.resolve(self.field("env"))
        self.mask = Mask(values)
        return env


@asynccontextmanager
async def operating(
    registry: SandboxRegistry, wire_request: Mapping[str, Any], limit: int | None
) -> AsyncGenerator[Operation, None]:
    """Do an operation inside of this, in the sandbox of the activity's workflow.

    Args:
        registry: The worker's sandboxes.
        wire_request: The activity's input.
        limit: Bytes that can be recorded; None for any number.

    Raises:
        ApplicationError: It failed.
    """
    request = wire.Request.of(wire_request)
    if request.refused is not None:
        raise ApplicationError(request.refused, {"base": "ValueError"}, type=TOO_LARGE, non_retryable=True)
    operation = Operation(registry, request)
    try:
        async with (
            watched("sandbox operation", LOOK_SECONDS),
            registry.open(request.sandbox_name, _context(request)) as operation.sandbox,
        ):
            operation.has_begun = True
            yield operation
            return
        raise TypeError(f"The context manager of sandbox {request.sandbox_name!r} has swallowed an exception.")
    except (Exception, asyncio.CancelledError) as error:
        if isinstance(error, asyncio.CancelledError) and not _stopped_in_the_middle(operation):
            raise
        failure = failure_of(error, request, operation.mask, has_begun=operation.has_begun, limit=limit)
        raise failure from (None if stands_alone(failure, error, operation.mask) else error)


def _context(request: wire.Request) -> SandboxWorkflowContext:
    info = activity.info()
    first_run_id: str = request.fields.get("first_execution_run_id") or ""
    if not info.workflow_id or not info.workflow_run_id or not first_run_id:
        raise TypeError("The activities of sandboxes are for TemporalSandbox in a workflow; nobody else can call them.")
    chain = SandboxWorkflowChain(info.namespace, info.workflow_id, first_run_id)
    return SandboxWorkflowContext(chain, info.workflow_run_id)


def _stopped_in_the_middle(operation: Operation) -> bool:
    details = activity.cancellation_details()
    stopped = details is not None and (details.worker_shutdown or details.paused) and not details.cancel_requested
    return stopped and operation.has_begun and is_done_once(operation.request)
