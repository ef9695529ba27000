"""What a command has written, as far as it can be recorded: all of it, or its end."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from strands.sandbox import ExecutionResult
from temporalio import activity
from temporalio.exceptions import ApplicationError

from .._model.limits import OTHER_LIMIT, TOO_LARGE, encoded_size
from . import wire
from .masking import Mask, MaskedPieces

TAIL = 1000
"""Characters of the end of each output that an error tells, where all of it is too much."""

RUNAWAY = 32
"""How many times as much as can be recorded a command may write before it is ended; all of it is in memory."""


class Output:
    """The output of one execution."""

    def __init__(self, mask: Mask, limit: int | None) -> None:
        """Begin.

        Args:
            mask: Takes secrets out.
            limit: Bytes that can be recorded; None for any number.
        """
        self._mask = mask
        self._limit = limit
        self._pieces: dict[str, MaskedPieces] = {}
        self._chunks: list[tuple[str, list[str]]] = []
        self._tails: dict[str, str] = {}
        self._size = 0

    def add(self, kind: str, data: str) -> str:
        """Take a piece of output.

        Returns:
            What of it can be shown.

        Raises:
            ApplicationError: It is far more than can ever be recorded.
        """
        if kind not in self._pieces:
            self._pieces[kind] = self._mask.pieces()
        shown = self._pieces[kind].add(data)
        self._keep(kind, shown)
        if self._limit is not None and self._size > RUNAWAY * self._limit:
            raise self._refusal("The command was ended: it has written", self._size)
        return shown

    def rest(self) -> list[tuple[str, str]]:
        """The output has ended: what was held back of it, each with its kind."""
        rest = [(kind, pieces.rest()) for kind, pieces in self._pieces.items()]
        for kind, data in rest:
            self._keep(kind, data)
        return [(kind, data) for kind, data in rest if data]

    def result(self, result: ExecutionResult, *, official: bool) -> Any:
        """The result to record.

        Raises:
            ApplicationError: It is too large.
        """
        result = replace(
            result,
            stdout=self._mask.text(result.stdout),
            stderr=self._mask.text(result.stderr),
            output_files=[replace(each, content=self._mask.data(each.content)) for each in result.output_files],
        )
        ran = f"The command has run (exit code {result.exit_code}), but its result cannot be recorded:"
        size = self._size
        if self._limit is None or size <= self._limit:
            chunks = [(kind, "".join(data)) for kind, data in self._chunks]
            value = wire.execution(chunks, result, official=official)
            size = encoded_size(activity.payload_converter(), [value], self._limit)
            if self._limit is None or size <= self._limit:
                return value
        raise self._refusal(ran, size)

    def _keep(self, kind: str, data: str) -> None:
        self._size += len(data)
        self._tails[kind] = (self._tails.get(kind, "") + data[-TAIL:])[-TAIL:]
        if self._limit is not None and self._size > self._limit:
            self._chunks.clear()  # it can no longer be recorded, whatever comes
        elif self._chunks and self._chunks[-1][0] == kind:
            self._chunks[-1][1].append(data)
        elif data:
            self._chunks.append((kind, [data]))

    def _refusal(self, what: str, size: int) -> ApplicationError:
        ends = " ".join(f"The end of its {kind}: {json.dumps(tail)}." for kind, tail in self._tails.items() if tail)
        return ApplicationError(
            f"{what} {size:,} bytes, and {self._limit:,} are allowed. Have it write to a file, and read the parts that "
            f"are needed, or {OTHER_LIMIT} {ends}".strip(),
            {"base": "ValueError"},
            type=TOO_LARGE,
            non_retryable=True,
        )
