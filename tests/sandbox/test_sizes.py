"""What is too large to be recorded is refused, with what to do; the agent and the workflow go on."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from strands.sandbox import StreamChunk

from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import EventType, of_type
from . import sandbox_workflows as wf
from .conftest import Box
from .local import FolderSandbox, Items

LIMIT = 20_000


def seq(characters: int) -> str:
    """A command that writes so many characters, and more than it was told at its end."""
    return f"head -c {characters} /dev/zero | tr '\\0' x; echo the end; echo its errors >&2; exit 3"


async def test_output(box: Box) -> None:
    box.plugin(payload_limit=LIMIT)
    todo = [("execute", {"command": seq(size)}) for size in (LIMIT - 500, LIMIT, 20 * LIMIT)]
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, todo)
        fits, larger, large = await box.env.result(handle)
    assert fits["exit_code"] == 3 and fits["stdout"].endswith("xthe end\n")
    for outcome in (larger, large):
        assert outcome["error"] == "PayloadSizeError" and "ValueError" in outcome["is"]
        assert outcome["says"].startswith("The command has run (exit code 3), but its result cannot be recorded: ")
        assert "20,000 are allowed. Have it write to a file" in outcome["says"]
        assert 'xthe end\\n". The end of its stderr: "its errors\\n".' in outcome["says"]
        assert len(outcome["says"]) < 2_000
    for event in of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED):
        assert event.ByteSize() < LIMIT + 1_000


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # see the fixture
async def test_output_without_an_end(box: Box) -> None:
    """The command is ended; without a bound it would take the worker's memory."""
    box.plugin(payload_limit=LIMIT)
    async with box.env.worker(wf.Direct):
        (outcome,) = await box.env.execute(wf.Direct.run, [("execute", {"command": "echo $$ > pid; yes"})])
    assert outcome["says"].startswith("The command was ended: it has written ")
    assert not wf.runs(int((box.folder / "pid").read_text()))


async def test_output_of_a_command_that_timed_out(box: Box) -> None:
    """The error has what can be recorded of it: its end."""
    box.plugin(payload_limit=LIMIT)
    command = f"{seq(100_000).replace('exit 3', 'sleep 600')}"
    async with box.env.worker(wf.Direct):
        (outcome,) = await box.env.execute(wf.Direct.run, [("execute", {"command": command, "timeout": 1})])
    assert outcome["error"] == "SandboxTimeoutError" and outcome["says"] == "Execution timed out after 1 seconds"
    assert outcome["stdout"].endswith("xthe end\n") and outcome["stderr"] == "its errors\n"
    assert 1_000 < len(outcome["stdout"]) < LIMIT


@pytest.mark.uncached
async def test_files(box: Box) -> None:
    box.plugin(payload_limit=LIMIT)
    (box.folder / "large").write_bytes(b"x" * (LIMIT + 1))
    (box.folder / "fits").write_bytes(b"\xff" * (LIMIT - 200))
    many = box.folder / "many"
    many.mkdir()
    for number in range(300):
        (many / f"{'name' * 20}{number}").touch()
    todo: list[Any] = [
        ("read_file", {"path": f"{box.folder}/fits"}),
        ("read_file", {"path": f"{box.folder}/large"}),
        ("write_file", {"path": f"{box.folder}/new", "content": base64.b64encode(b"x" * (LIMIT + 1)).decode()}),
        ("list_files", {"path": str(many)}),
        ("execute", {"command": f": {'x' * LIMIT}"}),
        ("execute_code", {"code": f"#{'x' * LIMIT}", "language": "python3"}),
        ("write_file", {"path": f"{box.folder}/new", "content": base64.b64encode(b"x" * (LIMIT - 500)).decode()}),
    ]
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, todo)
        fits, large, written, listed, command, code, last = await box.env.result(handle)
    assert base64.b64decode(fits["base64"]) == b"\xff" * (LIMIT - 200)
    assert large["says"].startswith(f"File '{box.folder}/large' is too large to be recorded: 20,")
    assert listed["says"].startswith(f"The list of directory '{many}' is too large to be recorded: ")
    for what, refused in (("write_file", written), ("execute", command), ("execute_code", code)):
        assert refused["says"].startswith(f"{what} in sandbox 'box' was not done: what it was given has 20,")
        assert refused["error"] == "PayloadSizeError"
    assert last is None and (box.folder / "new").stat().st_size == LIMIT - 500
    history = await handle.fetch_history()
    assert all(event.ByteSize() < LIMIT + 1_000 for event in history.events[1:-1])  # but what this test gives and gets
    started = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    assert {event.activity_task_started_event_attributes.attempt for event in started} == {1}
    # A replay under another limit goes the same way: what was refused stands in the history.
    box.plugin(payload_limit=None)
    box.env.cuts_replays = False
    await box.env.replay(history)


async def test_the_model_reads_it_and_goes_on(box: Box) -> None:
    def script(request: ScriptedRequest) -> Step:
        commands = [seq(LIMIT), "echo short"]
        return ToolCall("shell", {"command": commands[request.turn]}) if request.turn < 2 else request.tool_result()

    model = box.model(script, payload_limit=LIMIT)
    async with box.env.worker(wf.Agentic):
        assert json.loads(await box.env.execute(wf.Agentic.run, "go"))["output"] == "short\n"
    said = model.requests[1].tool_results[0]
    assert said["status"] == "error" and "Have it write to a file" in said["content"][0]["text"]


class Hasty(FolderSandbox):
    """Gives its output in pieces that no process gives."""

    async def execute_streaming(self, command: str, **kwargs: Any) -> Items:
        async for item in super().execute_streaming(command, **kwargs):
            yield item
            if isinstance(item, StreamChunk):
                for _ in range(1_000):
                    yield StreamChunk("", item.stream_type)


async def test_many_pieces_take_no_room(box: Box) -> None:
    box.plugin(sandboxes={"box": lambda context: Hasty(box.folder)})
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, [("stream", {"command": "echo a; echo b >&2"})])
        (items,) = await box.env.result(handle)
    assert sorted(each["data"] for each in items[:-1]) == ["a\n", "b\n"]
