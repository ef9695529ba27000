"""The agent's activity tools: real I/O on the files of this repository, and one tool with a side effect."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path

from temporalio import activity


class AuditTools:
    """What an auditor of source code can do; one object per worker."""

    def __init__(self, root: Path, report: Path) -> None:
        """Create the tools.

        Args:
            root: The repository; the tools' paths are relative to it.
            report: File that `append_report` writes to.
        """
        self._root = root
        self._report = report

    @activity.defn
    async def list_files(self, folder: str) -> list[str]:
        """List the Python files of a folder.

        Args:
            folder: Path of the folder.
        """
        paths = await asyncio.to_thread(lambda: list((self._root / folder).glob("*.py")))
        return sorted(path.relative_to(self._root).as_posix() for path in paths)

    @activity.defn
    async def count_lines(self, path: str) -> int:
        """Count the lines of a file.

        Args:
            path: Path of the file.
        """
        return len((await self._read(path)).splitlines())

    @activity.defn
    async def read_outline(self, path: str) -> list[str]:
        """Read the names of a Python file's classes and functions.

        Args:
            path: Path of the file.
        """
        tree = ast.parse(await self._read(path))
        definitions = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        return [node.name for node in ast.walk(tree) if isinstance(node, definitions)]

    @activity.defn
    async def append_report(self, line: str) -> int:
        """Append a line to the report and return how many lines the report has now.

        Args:
            line: The line to append.
        """
        return await asyncio.to_thread(self._append, line)

    async def _read(self, path: str) -> str:
        return await asyncio.to_thread((self._root / path).read_text, encoding="utf-8")

    def _append(self, line: str) -> int:
        # Deliberately not idempotent: were a completed step to run again, the report and this number would show it.
        with self._report.open("a", encoding="utf-8") as report:
            report.write(line + "\n")
        return len(self._report.read_text(encoding="utf-8").splitlines())
