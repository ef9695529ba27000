"""TemporalSandbox: a Strands sandbox for workflows, whose operations are activities."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from strands.sandbox import ExecutionResult, FileInfo, Sandbox, StreamChunk
from strands.types.tools import AgentTool
from strands.vended_tools import make_file_editor, make_shell  # pyright: ignore[reportUnknownVariableType]
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError
from typing_extensions import Unpack

from .. import _summaries
from .._errors import (
    InvalidArgumentError,
    InvalidOptionError,
    SandboxError,
    UnsupportedFeatureError,
    named,
    refusing_wrong_arguments,
)
from .._model.limits import OTHER_LIMIT, encoded_size
from .._runtime.bridge import refuse_without_plugin
from .._runtime.read_only import refuse_in_read_only
from .._runtime.worker_parts import current_settings
from .._streaming.hosted import require_stream
from . import wire
from .failures import error_of
from .options import SandboxCalls, SandboxOptions


class TemporalSandbox(Sandbox):
    """A sandbox in a workflow: commands, code and files of the sandbox that a worker has under its name.

    Each operation is an activity, and what comes of it is recorded. For `TemporalAgent(sandbox=...)`, for tools that
    take a sandbox, and for workflow code. Errors are those of Strands' sandboxes (`SandboxTimeoutError`,
    `FileNotFoundError` and so on), and fail the workflow where nobody catches them.
    """

    @refusing_wrong_arguments
    def __init__(self, name: str, **options: Unpack[SandboxOptions]) -> None:
        """Name a sandbox; nothing is called yet.

        Args:
            name: Name of a sandbox in the worker's `StrandsPlugin(sandboxes=...)`.
            **options: Options of the activities: `task_queue`, `schedule_to_close_timeout`,
                `schedule_to_start_timeout`, `start_to_close_timeout` (10 minutes where neither it nor
                `schedule_to_close_timeout` is given, and more for a command with a longer timeout),
                `heartbeat_timeout` (30 seconds where an operation may take longer than a minute), `retry_policy`
                (without one, a command that may have run is not run again), `cancellation_type`,
                `versioning_intent`, `summary`, `priority`. And `streaming_topic`, the topic of the workflow's
                `WorkflowStream` to which output is published as `SandboxStreamEvent`, none by default;
                `streaming_batch_interval`, a timedelta between two batches of it, by default 100 ms, growing with the
                execution to 2 s at most.

        Raises:
            InvalidOptionError: The name or an option has a wrong name, type or value.
            InvalidArgumentError: An argument is missing.
            MissingPluginError: The worker of the workflow has no `StrandsPlugin`.
        """
        refuse_without_plugin("TemporalSandbox", "its operations would wait for ever")
        if not isinstance(name, str) or not name:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidOptionError(
                f"TemporalSandbox(...) takes the name of a sandbox in StrandsPlugin(sandboxes=...), not {named(name)}."
            )
        self._name = name
        self._calls = SandboxCalls.of(options)

    async def execute_streaming(
        self,
        command: str,
        *,
        timeout: float | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[StreamChunk | ExecutionResult, None]:
        """Run a command and yield its output and its result, all when it has ended.

        Args:
            command: The command, for the sandbox's shell.
            timeout: Seconds that it may take.
            cwd: Directory to run it in; the sandbox's own by default.
            env: Environment variables; `temporal_worker_env_ref("NAME")` stands for one of the worker's.
            **kwargs: Further arguments of the sandbox, of JSON's types or bytes.

        Raises:
            SandboxTimeoutError: It took longer than `timeout`; the error has its output so far.
            SandboxError: It could not be run, or may have run and its worker was lost, or its output is too large.
        """
        fields = {"command": command, "timeout": timeout, "cwd": cwd, "env": env, "kwargs": kwargs or None}
        for item in await self._execute(wire.EXECUTE, "execute", fields, command):
            yield item

    async def execute_code_streaming(
        self,
        code: str,
        language: str,
        *,
        timeout: float | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[StreamChunk | ExecutionResult, None]:
        """Run code by an interpreter of the sandbox, and yield its output and its result, as `execute_streaming`.

        Args:
            code: The source code.
            language: The interpreter, as `python3`.
            timeout: Seconds that it may take.
            cwd: Directory to run it in; the sandbox's own by default.
            env: Environment variables; `temporal_worker_env_ref("NAME")` stands for one of the worker's.
            **kwargs: Further arguments of the sandbox, of JSON's types or bytes.

        Raises:
            SandboxTimeoutError: It took longer than `timeout`; the error has its output so far.
            SandboxError: It could not be run, or may have run and its worker was lost, or its output is too large.
        """
        fields = {"code": code, "language": language, "timeout": timeout, "cwd": cwd, "env": env}
        for item in await self._execute(wire.EXECUTE_CODE, "execute_code", {**fields, "kwargs": kwargs or None}, code):
            yield item

    async def read_file(self, path: str, **kwargs: Any) -> bytes:
        """Read a file.

        Raises:
            FileNotFoundError: There is none.
            SandboxError: It cannot be read, or is too large. So is the other.
        """
        content = await self._call(wire.READ_FILE, "read_file", _path(path, kwargs), path, result_type=bytes)
        return self._read(bytes, content)

    async def write_file(self, path: str, content: bytes, **kwargs: Any) -> None:
        """Write a file; with its directories, if the sandbox makes them.

        Raises:
            SandboxError: It cannot be written, or is too large. Where the sandbox raised an `OSError`, it is one.
        """
        if not isinstance(content, bytes | bytearray | memoryview):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidArgumentError(
                f"TemporalSandbox.write_file(...) takes bytes, not {type(content).__name__}; write_text takes text."
            )
        fields = {**_path(path, kwargs), "content": wire.content_field(bytes(content))}
        await self._call(wire.WRITE_FILE, "write_file", fields, path)

    async def remove_file(self, path: str, **kwargs: Any) -> None:
        """Remove a file.

        Raises:
            FileNotFoundError: There is none.
            SandboxError: It cannot be removed. So is the other.
        """
        await self._call(wire.REMOVE_FILE, "remove_file", _path(path, kwargs), path)

    async def list_files(self, path: str, **kwargs: Any) -> list[FileInfo]:
        """List a directory.

        Raises:
            SandboxPathNotFoundError: There is none, or it is no directory.
            SandboxError: It cannot be listed. So is the other.
        """
        return self._read(wire.read_listing, await self._call(wire.LIST_FILES, "list_files", _path(path, kwargs), path))

    def get_tools(self) -> list[AgentTool]:
        """Strands' `sandbox_shell` and `sandbox_file_editor`, for an agent that has no tools of these names."""
        return [
            make_file_editor(sandbox=self, name="sandbox_file_editor"),
            make_shell(sandbox=self, name="sandbox_shell"),
        ]

    async def _execute(
        self, activity_name: str, what: str, fields: Mapping[str, Any], shown: str
    ) -> list[StreamChunk | ExecutionResult]:
        calls = self._calls
        if calls.topic is not None and workflow.in_workflow():
            require_stream(f"TemporalSandbox({self._name!r})", calls.topic)
        more = {"may_repeat": calls.may_repeat or None, **calls.streaming_fields()}
        wire_result = await self._call(activity_name, what, {**fields, **more}, shown, executes=True)
        return self._read(wire.read_execution, wire_result)

    async def _call(
        self,
        activity_name: str,
        what: str,
        fields: Mapping[str, Any],
        shown: Any,
        *,
        executes: bool = False,
        result_type: type | None = None,
    ) -> Any:
        call = f"await sandbox.{what}(...)"
        if not workflow.in_workflow():
            raise UnsupportedFeatureError(
                f"{call} of TemporalSandbox({self._name!r}) was called outside of a workflow. Use the sandbox itself "
                "there, as the factory in StrandsPlugin(sandboxes=...) makes."
            )
        refuse_in_read_only(call)
        first_run_id = workflow.info().first_execution_run_id
        try:
            request = wire.request(self._name, first_run_id, fields)
        except TypeError as error:
            raise InvalidArgumentError(f"TemporalSandbox.{what}(...): {error}. Pass text, numbers or bytes.") from error
        options = self._calls.options(fields.get("timeout"), executes=executes)
        if "summary" not in options and not workflow.unsafe.is_replaying() and current_settings().summaries:
            options = {**options, "summary": _summaries.of_sandbox(self._name, what, shown)}
        if refused := self._refusal(what, request):
            # Without what the official plugin's worker would need, so that it does nothing either.
            request = wire.request(self._name, first_run_id, {"refused": refused})
            options = {**options, "retry_policy": RetryPolicy(maximum_attempts=1)}
        try:
            handle: Any = workflow.start_activity(activity_name, request, result_type=result_type, **options)
            return await handle
        except ActivityError as error:
            once = executes and not self._calls.may_repeat
            raised = error_of(error, name=self._name, what=what, once=once)
            if isinstance(raised, asyncio.CancelledError):
                raise raised from error
            raise raised from error.cause

    def _refusal(self, what: str, request: Any) -> str | None:
        """Why it must not be done: it is recorded, so a replay under another limit goes the same way."""
        if (limit := current_settings().payload_limit) is None:
            return None
        if (size := encoded_size(workflow.payload_converter(), [request], limit)) <= limit:
            return None
        return (
            f"{what} in sandbox {self._name!r} was not done: what it was given has {size:,} bytes, and {limit:,} are "
            f"allowed. Do it in parts, or have the sandbox fetch the data itself, or {OTHER_LIMIT}"
        )

    def _read(self, read: Any, value: Any) -> Any:
        try:
            return read(value)
        except Exception as error:
            raise SandboxError(
                f"The worker of sandbox {self._name!r} gave a result that this version cannot read: "
                f"{type(error).__name__}: {error}"
            ) from error


def _path(path: str, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {"path": path, "kwargs": dict(kwargs) or None}
