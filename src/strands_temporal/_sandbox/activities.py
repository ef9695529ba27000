"""The activities that do in a sandbox what its workflow asks for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

from strands.sandbox import ExecutionResult, StreamChunk
from temporalio import activity
from temporalio.exceptions import ApplicationError

from .._model.limits import OTHER_LIMIT, TOO_LARGE, encoded_size
from .._settings import WorkerSettings
from . import wire
from .live_output import LiveOutput
from .operation import Operation, operating
from .output import Output
from .registry import SandboxRegistry

_MARGIN = timedelta(seconds=5)


class SandboxActivities:
    """The sandbox activities of one worker."""

    def __init__(self, registry: SandboxRegistry, settings: WorkerSettings) -> None:
        """Create the activities.

        Args:
            registry: The worker's sandboxes.
            settings: The worker's settings.
        """
        self._registry = registry
        self._settings = settings

    def activities(self) -> list[Callable[..., Any]]:
        """What to register on the worker."""
        return [
            *(self.execute, self.execute_code),
            *(self.read_file, self.write_file, self.remove_file, self.list_files),
        ]

    @activity.defn(name=wire.EXECUTE)
    async def execute(self, request: dict[str, Any]) -> Any:
        """Run a command."""
        async with self._operating(request) as operation:
            return await self._execute(operation, operation.sandbox.execute_streaming, operation.field("command"))

    @activity.defn(name=wire.EXECUTE_CODE)
    async def execute_code(self, request: dict[str, Any]) -> Any:
        """Run code by an interpreter."""
        async with self._operating(request) as operation:
            code, language = operation.field("code"), operation.field("language")
            return await self._execute(operation, operation.sandbox.execute_code_streaming, code, language)

    @activity.defn(name=wire.READ_FILE)
    async def read_file(self, request: dict[str, Any]) -> bytes:
        """Read a file."""
        async with self._operating(request) as operation:
            path = operation.field("path")
            content = await operation.sandbox.read_file(path, **operation.keywords)
            self._check(f"File {path!r}", content)
            return content

    @activity.defn(name=wire.WRITE_FILE)
    async def write_file(self, request: dict[str, Any]) -> None:
        """Write a file."""
        async with self._operating(request) as operation:
            content = operation.request.content
            await operation.sandbox.write_file(operation.field("path"), content, **operation.keywords)

    @activity.defn(name=wire.REMOVE_FILE)
    async def remove_file(self, request: dict[str, Any]) -> None:
        """Remove a file."""
        async with self._operating(request) as operation:
            try:
                await operation.sandbox.remove_file(operation.field("path"), **operation.keywords)
            except FileNotFoundError:
                if activity.info().attempt == 1:
                    raise
                # It is gone, as was asked for: an earlier attempt got there, and was lost before it could say so.

    @activity.defn(name=wire.LIST_FILES)
    async def list_files(self, request: dict[str, Any]) -> Any:
        """List a directory."""
        async with self._operating(request) as operation:
            path = operation.field("path")
            files = wire.listing(await operation.sandbox.list_files(path, **operation.keywords))
            self._check(f"The list of directory {path!r}", files)
            return files

    def _operating(self, request: dict[str, Any]) -> AbstractAsyncContextManager[Operation]:
        return operating(self._registry, request, self._settings.payload_limit)

    async def _execute(self, operation: Operation, run: Callable[..., Any], *arguments: Any) -> Any:
        """Run something that streams its output, and gather what it gives."""
        env = operation.resolved_env()
        limit = self._settings.payload_limit
        output = Output(operation.mask, limit)
        result: ExecutionResult | None = None
        stream = run(*arguments, timeout=_timeout(operation), cwd=operation.field("cwd"), env=env, **operation.keywords)
        live = _live(operation, limit)
        try:
            async for item in stream:
                if isinstance(item, StreamChunk):
                    shown = output.add(item.stream_type, item.data)
                    if live is not None:
                        live.heard(item.stream_type, shown)
                elif result is None:
                    result = item
            rest = output.rest()
            if live is not None:
                for kind, data in rest:
                    live.heard(kind, data)
                await live.finish()
        finally:
            if hasattr(stream, "aclose"):
                await stream.aclose()  # which ends the process; otherwise it would run until the garbage is collected
            if live is not None:
                await live.close()
        if result is None:
            raise RuntimeError(f"Sandbox {operation.request.sandbox_name!r} gave no ExecutionResult.")
        return output.result(result, official=operation.request.is_official)

    def _check(self, what: str, value: Any) -> None:
        limit = self._settings.payload_limit
        if limit is not None and (size := encoded_size(activity.payload_converter(), [value], limit)) > limit:
            raise ApplicationError(
                f"{what} is too large to be recorded: {size:,} bytes, and {limit:,} are allowed. Read the parts that "
                f"are needed by a command, or {OTHER_LIMIT}",
                {"base": "ValueError"},
                type=TOO_LARGE,
                non_retryable=True,
            )


def _timeout(operation: Operation) -> float | None:
    """How long the command may take: as asked, but so that the activity can still tell what it has written."""
    info = activity.info()
    limit = info.start_to_close_timeout or info.schedule_to_close_timeout
    asked: float | None = operation.field("timeout")
    if not limit:
        return asked
    longest = (limit - min(_MARGIN, limit / 10)).total_seconds()
    return longest if asked is None else min(asked, longest)


def _live(operation: Operation, limit: int | None) -> LiveOutput | None:
    if (topic := operation.field("streaming_topic")) is None:
        return None
    seconds = operation.field("streaming_batch_interval_seconds")
    interval = None if seconds is None else timedelta(seconds=seconds)
    return LiveOutput(operation.request.sandbox_name, topic, interval, limit)
