"""The scripted model: it decides from the tools' results what to do next, and computes its answer from them alone."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from strands_temporal.testing import Reply, ScriptedRequest, ToolCall

THINKING_SECONDS = 0.1
"""A model takes its time; one that answered at once would leave little to see in the live view."""


@dataclass(frozen=True)
class FinishedCall:
    """A tool call of the conversation, with its result."""

    input: Any
    result: str


def auditor(request: ScriptedRequest) -> Reply:
    """What an auditor's model says next in this conversation."""
    return Reply(_next(request.messages), delay=THINKING_SECONDS)


def _next(messages: list[Any]) -> list[str | ToolCall]:
    calls = finished_calls(messages)
    if not calls["list_files"]:
        folder = messages[0]["content"][0]["text"].split()[-1]
        return [ToolCall("list_files", {"folder": folder})]
    if not calls["count_lines"]:
        return [ToolCall("count_lines", {"path": path}) for path in json.loads(calls["list_files"][0].result)]
    lines = {call.input["path"]: int(call.result) for call in calls["count_lines"]}
    if not calls["add_up"]:
        return [ToolCall("add_up", {"numbers": list(lines.values())})]
    totals = f"{len(lines)} files, {calls['add_up'][0].result} lines"
    longest = sorted(lines, key=lambda path: (-lines[path], path))[:2]
    if not calls["read_outline"]:
        return [ToolCall("read_outline", {"path": path}) for path in longest]
    names = {call.input["path"]: len(json.loads(call.result)) for call in calls["read_outline"]}
    findings = [totals, *(f"{path}: {lines[path]} lines, {names[path]} definitions" for path in longest)]
    written = len(calls["append_report"])
    if written < len(findings):
        return [ToolCall("append_report", {"line": findings[written]})]
    reported = calls["append_report"][-1].result
    return [
        f"{totals}; longest is {longest[0]} with {lines[longest[0]]} lines; "
        f"{reported} lines in the report; checksum {checksum(calls)}"
    ]


def finished_calls(messages: list[Any]) -> defaultdict[str, list[FinishedCall]]:
    """The tool calls of a conversation that have a result, by tool, in the order they were asked for."""
    blocks = [block for message in messages for block in message["content"]]
    results = {block["toolResult"]["toolUseId"]: block["toolResult"] for block in blocks if "toolResult" in block}
    calls: defaultdict[str, list[FinishedCall]] = defaultdict(list)
    for use in (block["toolUse"] for block in blocks if "toolUse" in block):
        text = "".join(part["text"] for part in results[use["toolUseId"]]["content"])
        calls[use["name"]].append(FinishedCall(use["input"], text))
    return calls


def checksum(calls: dict[str, list[FinishedCall]]) -> str:
    """A number that is another one if any result was lost, repeated or changed."""
    everything = {name: [(call.input, call.result) for call in each] for name, each in sorted(calls.items()) if each}
    return hashlib.sha256(json.dumps(everything).encode()).hexdigest()[:12]
