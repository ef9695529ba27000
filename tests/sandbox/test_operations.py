"""Each operation from workflow code: what it gives and raises is what the sandbox itself gives and raises."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from strands.sandbox import ExecutionResult, FileInfo, OutputFile, Sandbox, StreamChunk
from strands.sandbox.not_a_sandbox_local_environment import NotASandboxLocalEnvironment
from temporalio.client import WorkflowFailureError, WorkflowQueryFailedError
from temporalio.exceptions import ApplicationError

from strands_temporal import TemporalSandbox
from strands_temporal._errors import UnsupportedFeatureError

from ..env import EventType, of_type, scheduled_activities
from . import sandbox_workflows as wf
from .conftest import Box
from .local import FolderSandbox, Items


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def operations(folder: Path) -> list[Any]:
    file = f"{folder}/a/b.bin"
    every_byte = b64(bytes(range(256)) * 20)
    return [
        ("execute", {"command": "cat; pwd; echo $A; exit 4", "cwd": "/", "env": {"A": "b c"}}),
        ("execute", {"command": "kill -9 $$"}),
        ("execute", {"command": "printf '\\xff'"}),
        ("execute_code", {"code": "import os; print(os.environ['A'])", "language": "python3", "env": {"A": "é"}}),
        ("execute_code", {"code": "1", "language": "no-such-language"}),
        ("execute_code", {"code": "1", "language": "a b"}),
        ("execute", {"command": "true", "env": {"A B": "c"}}),
        ("execute", {"command": "echo so far; sleep 600", "timeout": 0.5}),
        ("write_file", {"path": file, "content": every_byte}),
        ("read_file", {"path": file}),
        ("write_file", {"path": f"{folder}/text", "content": b64("zwei\r\nZeilen ☃".encode())}),
        ("read_file", {"path": f"{folder}/text"}),
        ("read_text", {"path": f"{folder}/text"}),
        ("write_file", {"path": f"{folder}/empty", "content": ""}),
        ("read_file", {"path": f"{folder}/empty"}),
        ("list_files", {"path": str(folder)}),
        ("list_files", {"path": file}),
        ("list_files", {"path": f"{folder}/none"}),
        ("read_file", {"path": f"{folder}/none"}),
        ("read_file", {"path": str(folder)}),
        ("read_text", {"path": file}),
        ("write_file", {"path": f"{file}/below", "content": ""}),
        ("remove_file", {"path": file}),
        ("remove_file", {"path": file}),
        ("remove_file", {"path": str(folder)}),
    ]


async def done_outside(sandbox: Sandbox, todo: list[Any]) -> list[Any]:
    """What the sandbox itself gives."""
    outcomes: list[Any] = []
    for what, arguments in todo:
        arguments = dict(arguments)
        if "content" in arguments:
            arguments["content"] = base64.b64decode(arguments["content"])
        try:
            outcomes.append(wf.shown(await getattr(sandbox, what)(**arguments)))
        except Exception as error:
            outcomes.append(wf.shown_error(error))
    return outcomes


@pytest.mark.parametrize("kind", ["shell", "host"])
async def test_every_operation_gives_what_it_gives_outside(box: Box, kind: str) -> None:
    folder = box.folder / "work"
    folder.mkdir()
    sandbox = FolderSandbox(folder) if kind == "shell" else NotASandboxLocalEnvironment()
    box.plugin(sandboxes={"box": lambda context: sandbox})
    todo = operations(folder)
    expected = await done_outside(sandbox, todo)
    folder.rename(folder.parent / "done")
    folder.mkdir()
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, todo)
        outcomes = await box.env.result(handle)
    for operation, outcome, before in zip(todo, outcomes, expected, strict=True):
        classes: list[Any] = [each.pop("is", []) if isinstance(each, dict) else [] for each in (outcome, before)]
        assert outcome == before, operation
        assert set(classes[1]) <= set(classes[0]), operation  # caught by whatever catches the sandbox's own
        if classes[0] and operation[0] != "read_text":  # which decodes in the workflow
            assert "SandboxError" in classes[0], operation  # so it fails the workflow where nobody catches it
    assert sum("error" in each for each in expected if isinstance(each, dict)) == 11
    names = scheduled_activities(await handle.fetch_history())
    assert [name.removeprefix("strands-sandbox-") for name in names] == [
        {"read_text": "read-file"}.get(what, what.replace("_", "-")) for what, _ in todo
    ]
    started = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    assert {event.activity_task_started_event_attributes.attempt for event in started} == {1}


async def test_output_comes_in_its_order_and_once(box: Box) -> None:
    command = "for i in 1 2 3; do echo $i; sleep 0.1; echo e$i >&2; sleep 0.1; done"
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, [("stream", {"command": command})])
        (items,) = await box.env.result(handle)
    assert [(each["stream_type"], each["data"]) for each in items[:-1]] == [
        pair for i in "123" for pair in (("stdout", f"{i}\n"), ("stderr", f"e{i}\n"))
    ]
    assert items[-1] == {"exit_code": 0, "stdout": "1\n2\n3\n", "stderr": "e1\ne2\ne3\n", "output_files": []}
    (event,) = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
    (payload,) = event.activity_task_completed_event_attributes.result.payloads
    assert payload.data.count(b"e2\\n") == 1, payload.data  # recorded once, where the interface says it twice


class Odd(Sandbox):
    """A sandbox of a user's own, with what Strands' own do not do."""

    async def execute_streaming(self, command: str, **kwargs: Any) -> Items:
        kwargs = {key: value for key, value in kwargs.items() if value is not None and key != "timeout"}
        if command == "no result":
            yield StreamChunk("x")
            return
        if command == "raise":
            raise RuntimeError("the backend says no")
        yield StreamChunk("one", "stderr")
        files = [OutputFile("plot.png", bytes(range(256)), "image/png"), OutputFile("é", b"")]
        yield ExecutionResult(7, f"{command} {sorted(kwargs.items())}", "not what was streamed \udcff", files)
        yield StreamChunk("late")

    async def execute_code_streaming(self, code: str, language: str, **kwargs: Any) -> Items:
        raise NotImplementedError
        yield

    async def read_file(self, path: str, **kwargs: Any) -> bytes:
        return f"{path} {kwargs}".encode("utf-8", "surrogateescape")

    async def write_file(self, path: str, content: bytes, **kwargs: Any) -> None:
        raise PermissionError(13, "no", path)

    async def remove_file(self, path: str, **kwargs: Any) -> None:
        raise LookupError(path)

    async def list_files(self, path: str, **kwargs: Any) -> Any:
        return [FileInfo("\udcff.txt", None, 1), FileInfo("d", True)]


@pytest.mark.uncached
async def test_sandboxes_of_users_own(box: Box) -> None:
    """Files as results, further arguments with bytes, names that are not UTF-8, errors of any class."""
    box.plugin(sandboxes={"box": lambda context: Odd()})
    todo: list[Any] = [
        ("stream", {"command": "run", "user": "me", "some": {"list": [1, None]}}),
        ("execute", {"command": "no result"}),
        ("execute", {"command": "raise"}),
        ("execute_code", {"code": "", "language": "x"}),
        ("read_file", {"path": "/p", "encoding": "x"}),
        ("write_file", {"path": "/p", "content": ""}),
        ("list_files", {"path": "/p"}),
    ]
    async with box.env.worker(wf.Direct):
        run, none, raised, code, read, written, listed = await box.env.execute(wf.Direct.run, todo)
    assert run[0] == {"data": "one", "stream_type": "stderr"}
    result = run[-1]
    assert (result["exit_code"], result["stderr"]) == (7, "not what was streamed \\udcff")
    assert result["stdout"] == "run [('some', {'list': [1, None]}), ('user', 'me')]"
    files = [
        (each["name"], base64.b64decode(each["content"]["base64"]), each["mime_type"])
        for each in result["output_files"]
    ]
    assert files == [("plot.png", bytes(range(256)), "image/png"), ("é", b"", "application/octet-stream")]
    assert "no ExecutionResult" in none["says"]
    assert (raised["error"], raised["says"]) == ("RuntimeError", "the backend says no")
    assert code["error"] == code["says"] == "NotImplementedError" and "RuntimeError" in code["is"]
    assert base64.b64decode(read["base64"]) == b"/p {'encoding': 'x'}"
    assert written["error"] == "PermissionError" and written["says"] == "[Errno 13] no: '/p'"
    assert listed[0] == {"name": "\\udcff.txt", "is_dir": None, "size": 1}
    assert listed[1] == {"name": "d", "is_dir": True, "size": None}


async def test_an_error_that_nobody_catches_fails_the_workflow(box: Box) -> None:
    async with box.env.worker(wf.Uncaught):
        handle = await box.env.start(wf.Uncaught.run, "read_file", {"path": "/no/such/file"})
        with pytest.raises(WorkflowFailureError) as caught:
            await box.env.result(handle)
    cause = caught.value.cause
    assert isinstance(cause, ApplicationError) and cause.type == "FileNotFoundError"
    assert "/no/such/file" in cause.message


WAYS = {
    "no name": "InvalidArgumentError: TemporalSandbox(...): missing a required argument: 'name'. Its arguments: name",
    "wrong name": "InvalidOptionError: TemporalSandbox(...) takes the name of a sandbox",
    "empty name": "InvalidOptionError: TemporalSandbox(...) takes the name of a sandbox",
    "unknown option": "InvalidOptionError: TemporalSandbox got an unknown option 'timeout'",
    "wrong option": "InvalidOptionError: TemporalSandbox(start_to_close_timeout=...) takes a timedelta",
    "wrong topic": "InvalidOptionError: TemporalSandbox(streaming_topic=...) takes the name of a topic, not 7",
    "wrong interval": "InvalidOptionError: TemporalSandbox(streaming_batch_interval=...) takes a timedelta",
    "wrong reference": "InvalidOptionError: temporal_worker_env_ref(...) takes the name of a variable, not 'A{B}'",
    "a text for a file": "InvalidArgumentError: TemporalSandbox.write_file(...) takes bytes, not str; write_text",
    "an object for a path": "InvalidArgumentError: TemporalSandbox.read_file(...): builtins.object cannot be written",
    "an object in kwargs": "InvalidArgumentError: TemporalSandbox.execute(...): builtins.object cannot be written",
    "a sandbox that works in the workflow": "InvalidOptionError: TemporalAgent(sandbox=...) takes a TemporalSandbox, "
    "not a NotASandboxLocalEnvironment",
    "no sandbox at all": "InvalidArgumentError: TemporalAgent(...) cannot be made: sandbox must be a Sandbox instance",
}


@pytest.mark.parametrize("way", WAYS)
async def test_what_cannot_work_is_said_at_once(box: Box, way: str) -> None:
    async with box.env.worker(wf.Odd):
        handle = await box.env.start(wf.Odd.run, way)
        assert (await box.env.result(handle)).startswith(WAYS[way])
    assert scheduled_activities(await handle.fetch_history()) == []


async def test_outside_of_a_workflow_it_says_what_to_use() -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"TemporalSandbox\('box'\) was called outside of a workflow"):
        await TemporalSandbox("box").execute("true")


async def test_in_a_query_it_says_where_to_call_it(box: Box) -> None:
    async with box.env.worker(wf.Asked):
        handle = await box.env.start(wf.Asked.run)
        with pytest.raises(WorkflowQueryFailedError, match="may only read"):
            await handle.query(wf.Asked.look)
        await handle.signal(wf.Asked.end)
        await box.env.result(handle)
