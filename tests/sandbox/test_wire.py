"""The shapes that stand in histories: ours, and those of the official plugin, which are answered in its form."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strands.sandbox import ExecutionResult, FileInfo, OutputFile, StreamChunk
from temporalio import activity
from temporalio.worker import Worker

from strands_temporal._sandbox import wire

from ..env import EventType, of_type
from . import sandbox_workflows as wf
from .conftest import Box

TEXTS = st.text(st.characters(), max_size=20)
KINDS = st.sampled_from(["stdout", "stderr"])


def by_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@given(
    st.lists(st.tuples(KINDS, TEXTS)),
    st.integers(-1, 255),
    st.none() | st.tuples(TEXTS, TEXTS),
    st.lists(st.builds(OutputFile, TEXTS, st.binary(max_size=9), TEXTS)),
    st.booleans(),
)
def test_executions_cross_without_loss(
    chunks: list[tuple[str, str]], exit_code: int, whole: tuple[str, str] | None, files: list[Any], official: bool
) -> None:
    joined = ("".join(data for kind, data in chunks if kind == each) for each in ("stdout", "stderr"))
    stdout, stderr = whole or joined
    result = ExecutionResult(exit_code, stdout, stderr, files)
    read = wire.read_execution(by_json(wire.execution(chunks, result, official=official)))
    assert read == [*(StreamChunk(data, kind) for kind, data in chunks), result]  # type: ignore[arg-type]


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
def test_contents_cross_without_loss(content: bytes) -> None:
    request = wire.request("box", "run", {"path": "/p", "content": wire.content_field(content)})
    assert wire.Request.of(by_json(request)).content == content
    assert len(json.dumps(request, ensure_ascii=False).encode()) <= 200 + 4 * len(content) / 3 + 100


@given(st.lists(st.builds(FileInfo, TEXTS, st.none() | st.booleans(), st.none() | st.integers(0, 2**60))))
def test_listings_cross_without_loss(files: list[FileInfo]) -> None:
    assert wire.read_listing(by_json(wire.listing(files))) == files


@pytest.mark.uncached
async def test_our_shapes_are_for_ever(box: Box) -> None:
    todo: list[Any] = [
        ("execute", {"command": "echo a; echo b >&2", "timeout": 5, "cwd": str(box.folder), "env": {"A": "b"}}),
        ("execute_code", {"code": "print(1)", "language": "python3"}),
        ("write_file", {"path": f"{box.folder}/t", "content": base64.b64encode(b"text").decode()}),
        ("write_file", {"path": f"{box.folder}/b", "content": base64.b64encode(b"\xff").decode()}),
        ("read_file", {"path": f"{box.folder}/b"}),
        ("list_files", {"path": str(box.folder)}),
        ("remove_file", {"path": f"{box.folder}/b"}),
    ]
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, todo, {"attempts": 1})
        await box.env.result(handle)
    history = await handle.fetch_history()
    events = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    scheduled = [event.activity_task_scheduled_event_attributes for event in events]
    always = {"version": 1, "sandbox_name": "box", "first_execution_run_id": handle.first_execution_run_id}
    folder = str(box.folder)
    assert [json.loads(each.input.payloads[0].data) for each in scheduled] == [
        {**always, **todo[0][1], "may_repeat": True},
        {**always, **todo[1][1], "may_repeat": True},
        {**always, "path": f"{folder}/t", "content": "text"},
        {**always, "path": f"{folder}/b", "content": {"$bytes": "/w=="}},
        {**always, "path": f"{folder}/b"},
        {**always, "path": folder},
        {**always, "path": f"{folder}/b"},
    ]
    done = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
    results = [event.activity_task_completed_event_attributes.result.payloads[0] for event in done]
    first = json.loads(results[0].data)
    assert sorted(first.pop("output")) == [["stderr", "b\n"], ["stdout", "a\n"]]
    assert first == {"version": 1, "exit_code": 0}
    assert json.loads(results[1].data) == {"version": 1, "exit_code": 0, "output": [["stdout", "1\n"]]}
    assert results[4].data == b"\xff" and results[4].metadata["encoding"] == b"binary/plain"
    assert json.loads(results[5].data) == [
        {"name": "b", "is_dir": False, "size": None},
        {"name": "t", "is_dir": False, "size": None},
    ]


OFFICIAL: dict[str, tuple[dict[str, Any], Any]] = {
    "execute": (
        {"command": "echo $A; exit 3", "timeout": None, "cwd": None, "env": {"A": "é"}},
        [
            {"value": {"kind": "stream_chunk", "data": "é\n", "stream_type": "stdout"}},
            {
                "value": {
                    "kind": "execution_result",
                    "exit_code": 3,
                    "stdout": "é\n",
                    "stderr": "",
                    "output_files": [],
                }
            },
        ],
    ),
    "execute-code": (
        {"code": "print(1)", "language": "python3", "timeout": 9.0, "cwd": "{folder}", "env": None},
        [
            {"value": {"kind": "stream_chunk", "data": "1\n", "stream_type": "stdout"}},
            {"value": {"kind": "execution_result", "exit_code": 0, "stdout": "1\n", "stderr": "", "output_files": []}},
        ],
    ),
    "write-file": ({"path": "{folder}/x", "content_base64": "/wA="}, None),
    "read-file": ({"path": "{folder}/there"}, b"there"),
    "remove-file": ({"path": "{folder}/there"}, None),
    "list-files": ({"path": "{folder}"}, [{"name": "there", "is_dir": False, "size": None}]),
}
"""What the official plugin schedules, beside what it always has, and what it expects."""


@pytest.mark.parametrize("operation", OFFICIAL)
async def test_what_the_official_plugin_has_scheduled_is_done(box: Box, operation: str) -> None:
    fields, expected = OFFICIAL[operation]
    (box.folder / "there").write_text("there")
    fields = {
        name: value.replace("{folder}", str(box.folder)) if isinstance(value, str) else value
        for name, value in fields.items()
    }
    always: dict[str, Any] = {"sandbox_name": "box", "first_execution_run_id": str(uuid.uuid4()), "kwargs": {}}
    if operation.startswith("execute"):
        always |= {"streaming_topic": None, "streaming_batch_interval_seconds": 0.1}
    async with box.env.worker(wf.AsScheduled):
        (outcome,) = await box.env.execute(wf.AsScheduled.run, operation, {**always, **fields})
    assert outcome == (base64.b64encode(expected).decode() if isinstance(expected, bytes) else expected)
    assert (box.folder / "there").exists() == (operation != "remove-file")
    assert operation != "write-file" or (box.folder / "x").read_bytes() == b"\xff\x00"


@pytest.mark.parametrize(
    ("operation", "kind", "details"),
    [
        ("read-file", "StrandsSandboxPathNotFoundError", ["/no/such"]),
        ("execute", "StrandsSandboxTimeoutError", [0.3]),
    ],
)
async def test_its_failures_have_its_form(box: Box, operation: str, kind: str, details: list[Any]) -> None:
    """Also where its retry policy has no limit: a command that timed out is not run for ever."""
    fields = {"path": "/no/such", "command": "sleep 9", "timeout": 0.3}
    request = {"sandbox_name": "box", "first_execution_run_id": "x", "kwargs": {}, **fields}
    if operation == "read-file":
        del request["command"]
    async with box.env.worker(wf.AsScheduled):
        outcome = await box.env.execute(wf.AsScheduled.run, operation, request)
    assert outcome[:2] == [kind, details[0]]


@activity.defn(name=wire.EXECUTE)
async def of_a_later_version(request: dict[str, Any]) -> dict[str, Any]:
    return {"version": 2, "something": "else"}


async def test_a_result_that_cannot_be_read_is_an_error(box: Box) -> None:
    queue = f"later-{uuid.uuid4()}"
    async with box.env.worker(wf.Direct), Worker(box.env.client, task_queue=queue, activities=[of_a_later_version]):
        (outcome,) = await box.env.execute(wf.Direct.run, [("execute", {"command": "true"})], {"task_queue": queue})
    assert outcome["says"].startswith("The worker of sandbox 'box' gave a result that this version cannot read")
