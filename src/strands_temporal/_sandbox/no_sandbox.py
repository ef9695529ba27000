"""The sandbox of an agent in a workflow that has none: it says so."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, NoReturn

from strands.sandbox import ExecutionResult, FileInfo, Sandbox, StreamChunk
from strands.sandbox.not_a_sandbox_local_environment import NotASandboxLocalEnvironment

from .._errors import InvalidOptionError, SandboxError


class NoSandbox(NotASandboxLocalEnvironment):
    """In place of Strands' default, which would start processes, and read and write files, in the workflow."""

    async def execute_streaming(
        self, command: str, **kwargs: Any
    ) -> AsyncGenerator[StreamChunk | ExecutionResult, None]:
        """Refuse."""
        _refuse()
        yield

    async def execute_code_streaming(
        self, code: str, language: str, **kwargs: Any
    ) -> AsyncGenerator[StreamChunk | ExecutionResult, None]:
        """Refuse."""
        _refuse()
        yield

    async def read_file(self, path: str, **kwargs: Any) -> bytes:
        """Refuse."""
        _refuse()

    async def write_file(self, path: str, content: bytes, **kwargs: Any) -> None:
        """Refuse."""
        _refuse()

    async def remove_file(self, path: str, **kwargs: Any) -> None:
        """Refuse."""
        _refuse()

    async def list_files(self, path: str, **kwargs: Any) -> list[FileInfo]:
        """Refuse."""
        _refuse()


def _refuse() -> NoReturn:
    raise SandboxError(
        "This agent has no sandbox, and a workflow runs no commands and has no files itself. Give the agent one, "
        "TemporalAgent(sandbox=TemporalSandbox('NAME')), and its worker what that stands for, "
        "StrandsPlugin(sandboxes={'NAME': ...})."
    )


def check_sandbox(sandbox: Any) -> None:
    """Refuse a sandbox of Strands' own that would start processes in the workflow.

    Raises:
        InvalidOptionError: It is one.
    """
    if not isinstance(sandbox, Sandbox) or isinstance(sandbox, NoSandbox):
        return
    run = getattr(type(sandbox).execute_streaming, "__module__", "")
    if run.startswith("strands.sandbox"):
        name = type(sandbox).__name__
        raise InvalidOptionError(
            f"TemporalAgent(sandbox=...) takes a TemporalSandbox, not a {name}, which would run commands in the "
            f"workflow. Put it on the worker, StrandsPlugin(sandboxes={{'NAME': lambda context: {name}(...)}}), and "
            "write TemporalAgent(sandbox=TemporalSandbox('NAME'))."
        )
