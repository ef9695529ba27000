"""What crosses between a sandbox in a workflow and its activities.

Wire format: names and shapes stand in histories. Those of the official plugin (requests without a version, results of
executions as a list) are read and answered too.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from strands.sandbox import ExecutionResult, FileInfo, OutputFile, StreamChunk

from .._model import codec

VERSION = 1

EXECUTE = "strands-sandbox-execute"
EXECUTE_CODE = "strands-sandbox-execute-code"
READ_FILE = "strands-sandbox-read-file"
WRITE_FILE = "strands-sandbox-write-file"
REMOVE_FILE = "strands-sandbox-remove-file"
LIST_FILES = "strands-sandbox-list-files"

TIMEOUT_TYPE = "StrandsSandboxTimeoutError"
PATH_NOT_FOUND_TYPE = "StrandsSandboxPathNotFoundError"
NOT_FOUND_TYPE = "StrandsSandboxNotFoundError"


def request(sandbox_name: str, first_execution_run_id: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The input of an activity.

    Args:
        sandbox_name: The sandbox.
        first_execution_run_id: Of the workflow.
        fields: What the operation is given; those that are None are left out.

    Raises:
        TypeError: A value cannot be recorded.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    return codec.encode(
        {
            "version": VERSION,
            "sandbox_name": sandbox_name,
            "first_execution_run_id": first_execution_run_id,
            **given,
        }
    )


def content_field(content: bytes) -> str | bytes:
    """A file's content: as text where it is, so that it can be read in the history, and no longer than in base64."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content
    return text if 3 * len(json.dumps(text, ensure_ascii=False).encode()) <= 4 * len(content) + 100 else content


@dataclass(frozen=True)
class Request:
    """The input of an activity, read.

    Attributes:
        is_official: Whether the official plugin wrote it.
        fields: All that it has.
    """

    is_official: bool
    fields: Mapping[str, Any]

    @staticmethod
    def of(wire: Mapping[str, Any]) -> Request:
        """Read it."""
        is_official = "version" not in wire
        return Request(is_official, wire if is_official else codec.decode(dict(wire)))

    @property
    def sandbox_name(self) -> str:
        """The sandbox."""
        return self.fields["sandbox_name"]

    @property
    def refused(self) -> str | None:
        """Why nothing is to be done."""
        return self.fields.get("refused")

    @property
    def executes(self) -> bool:
        """Whether something is run."""
        return "command" in self.fields or "code" in self.fields

    @property
    def may_repeat(self) -> bool:
        """Whether a command that may have run may be run again."""
        return bool(self.fields.get("may_repeat"))

    @property
    def keywords(self) -> dict[str, Any]:
        """Further arguments, for sandboxes that know them."""
        return dict(self.fields.get("kwargs") or {})

    @property
    def content(self) -> bytes:
        """What is to be written to a file."""
        if self.is_official:
            return base64.b64decode(self.fields["content_base64"])
        content: str | bytes = self.fields["content"]
        return content.encode() if isinstance(content, str) else content


def execution(chunks: Sequence[tuple[str, str]], result: ExecutionResult, *, official: bool) -> Any:
    """The result of an execution.

    Args:
        chunks: The output, each piece with its kind before it.
        result: What the sandbox gave in the end.
        official: Whether the official plugin asked.
    """
    if official:
        items: list[dict[str, Any]] = [
            {"kind": "stream_chunk", "data": data, "stream_type": kind} for kind, data in chunks
        ]
        files = [
            {
                "name": each.name,
                "content_base64": base64.b64encode(each.content).decode("ascii"),
                "mime_type": each.mime_type,
            }
            for each in result.output_files
        ]
        ending = {"exit_code": result.exit_code, "stdout": result.stdout, "stderr": result.stderr}
        return [{"value": each} for each in (*items, {"kind": "execution_result", **ending, "output_files": files})]
    wire: dict[str, Any] = {
        "version": VERSION,
        "exit_code": result.exit_code,
        "output": [list(each) for each in chunks],
    }
    for kind in ("stdout", "stderr"):
        if (text := getattr(result, kind)) != _joined(chunks, kind):
            wire[kind] = text
    if result.output_files:
        wire["files"] = [
            {"name": each.name, "content": each.content, "mime_type": each.mime_type} for each in result.output_files
        ]
    return codec.encode(wire)


def read_execution(wire: Any) -> list[StreamChunk | ExecutionResult]:
    """The items of an execution, in order, the result last."""
    if isinstance(wire, list):
        return [_official_item(each["value"]) for each in cast("list[Any]", wire)]
    value: dict[str, Any] = codec.decode(wire)
    chunks: list[tuple[Any, str]] = [(kind, data) for kind, data in value["output"]]
    result = ExecutionResult(
        exit_code=value["exit_code"],
        stdout=value.get("stdout", _joined(chunks, "stdout")),
        stderr=value.get("stderr", _joined(chunks, "stderr")),
        output_files=[OutputFile(**each) for each in value.get("files", ())],
    )
    return [*(StreamChunk(data, kind) for kind, data in chunks), result]


def listing(files: Sequence[FileInfo]) -> Any:
    """The result of listing a directory."""
    return codec.encode([{"name": each.name, "is_dir": each.is_dir, "size": each.size} for each in files])


def read_listing(wire: Any) -> list[FileInfo]:
    """The files of a directory."""
    return [FileInfo(each["name"], each.get("is_dir"), each.get("size")) for each in codec.decode(wire)]


def _joined(chunks: Sequence[tuple[str, str]], kind: str) -> str:
    return "".join(data for each, data in chunks if each == kind)


def _official_item(value: Mapping[str, Any]) -> StreamChunk | ExecutionResult:
    if value["kind"] == "stream_chunk":
        return StreamChunk(value["data"], value["stream_type"])
    files = [
        OutputFile(each["name"], base64.b64decode(each["content_base64"]), each["mime_type"])
        for each in value["output_files"]
    ]
    return ExecutionResult(value["exit_code"], value["stdout"], value["stderr"], files)
