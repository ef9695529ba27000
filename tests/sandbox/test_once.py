"""A command that may have run is not run again, unless the user's retry policy says so; files are tried again."""

from __future__ import annotations

from typing import Any

import pytest
from strands.sandbox import ExecutionResult

from ..env import EventType, of_type
from . import sandbox_workflows as wf
from .conftest import Box
from .local import FolderSandbox, Items, lines_of, until_gone, until_written
from .test_factories import attempts

RAN = "echo $$ >> ran"


class Failing(FolderSandbox):
    """Does what it is asked for, and loses its connection then."""

    async def execute_streaming(self, command: str, **kwargs: Any) -> Items:
        async for item in super().execute_streaming(command, **kwargs):
            if isinstance(item, ExecutionResult) and RAN in command:
                raise ConnectionError("the connection was lost")
            yield item

    async def remove_file(self, path: str, **kwargs: Any) -> None:
        await super().remove_file(path)
        raise ConnectionError("the connection was lost")


class Deaf(FolderSandbox):
    """Does not hear of time-outs."""

    async def execute_streaming(self, command: str, **kwargs: Any) -> Items:
        stream = super().execute_streaming(command, **{**kwargs, "timeout": None})
        try:
            async for item in stream:
                yield item
        finally:
            await stream.aclose()


async def test_an_error_after_the_command_has_begun_is_final(box: Box) -> None:
    box.plugin(sandboxes={"box": lambda context: Failing(box.folder)})
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, [("execute", {"command": RAN})])
        (outcome,) = await box.env.result(handle)
    assert (outcome["error"], outcome["says"]) == ("ConnectionError", "the connection was lost")
    assert attempts(await handle.fetch_history()) == [1] and len(lines_of(box.folder / "ran")) == 1


async def test_it_is_run_again_where_the_policy_says_so(box: Box) -> None:
    box.plugin(sandboxes={"box": lambda context: Failing(box.folder)})
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, [("execute", {"command": RAN})], {"attempts": 3})
        (outcome,) = await box.env.result(handle)
    assert outcome["error"] == "ConnectionError"
    assert attempts(await handle.fetch_history()) == [3] and len(lines_of(box.folder / "ran")) == 3


@pytest.mark.timing
async def test_a_command_that_timed_out(box: Box) -> None:
    todo = [("execute", {"command": f"{RAN}; sleep 600", "timeout": 0.3})]
    for options, expected in (({}, 1), ({"attempts": 2}, 2)):
        async with box.env.worker(wf.Direct):
            handle = await box.env.start(wf.Direct.run, todo, options)
            (outcome,) = await box.env.result(handle)
        assert outcome["error"] == "SandboxTimeoutError"
        assert attempts(await handle.fetch_history()) == [expected]
        assert len(lines_of(box.folder / "ran")) == expected
        (box.folder / "ran").unlink()


@pytest.mark.timing
async def test_the_activity_s_limit_ends_the_command_in_time_to_tell_its_output(box: Box) -> None:
    todo = [("execute", {"command": "echo so far; sleep 600"}), ("execute", {"command": "sleep 600", "timeout": 20})]
    async with box.env.worker(wf.Direct):
        outcomes = await box.env.execute(wf.Direct.run, todo, {"start_to_close_timeout": 10})
    assert [each["says"] for each in outcomes] == ["Execution timed out after 9.0 seconds"] * 2
    assert outcomes[0]["stdout"] == "so far\n"


@pytest.mark.timing
async def test_a_sandbox_that_knows_no_limit(box: Box) -> None:
    """The server gives the attempt up: the process is ended, and the caller told that it may have run."""
    box.plugin(sandboxes={"box": lambda context: Deaf(box.folder)})
    options = {"start_to_close_timeout": 1, "heartbeat_timeout": 1}
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, [("execute", {"command": f"{RAN}; sleep 600"})], options)
        (outcome,) = await box.env.result(handle)
        (pid,) = await until_written(box.folder / "ran")
        await until_gone(int(pid))
    assert outcome["error"] == "SandboxError"
    assert outcome["says"].startswith("execute in sandbox 'box' timed out: its last attempt took longer than start_to")
    assert "It may have run, wholly or in part, and was not run again" in outcome["says"]
    assert attempts(await handle.fetch_history()) == [1] and len(lines_of(box.folder / "ran")) == 1


async def test_a_file_that_an_earlier_attempt_has_removed_is_removed(box: Box) -> None:
    box.plugin(sandboxes={"box": lambda context: Failing(box.folder)})
    (box.folder / "file").touch()
    todo = [("remove_file", {"path": f"{box.folder}/file"}), ("remove_file", {"path": f"{box.folder}/none"})]
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, todo)
        outcomes = await box.env.result(handle)
    assert outcomes[0] is None and outcomes[1]["error"] == "FileNotFoundError"
    removed, absent = attempts(await handle.fetch_history())
    assert removed >= 2 and absent == 1 and not (box.folder / "file").exists()


@pytest.mark.uncached
async def test_what_is_recorded_of_an_operation(box: Box) -> None:
    """Limits where the user sets none, a summary for the Web UI, and small payloads."""
    todo: list[Any] = [
        ("execute", {"command": "true"}),
        ("execute", {"command": "true", "timeout": 3600}),
        ("execute_code", {"code": "print(1)", "language": "python3"}),
        ("write_file", {"path": f"{box.folder}/f", "content": "eA=="}),
    ]
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, todo)
        await box.env.result(handle)
    events = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    scheduled = [event.activity_task_scheduled_event_attributes for event in events]
    assert [each.start_to_close_timeout.ToSeconds() for each in scheduled] == [600, 3660, 600, 600]
    assert {each.heartbeat_timeout.ToSeconds() for each in scheduled} == {30}
    lost = {"TemporalTimeout:StartToClose", "TemporalTimeout:Heartbeat"}
    assert [lost <= set(each.retry_policy.non_retryable_error_types) for each in scheduled] == [True, True, True, False]
    summaries = [event.user_metadata.summary.data.decode() for event in events]
    assert summaries[:3] == ['"box: true"', '"box: true"', '"box: execute_code print(1)"']
    assert summaries[3].startswith('"box: write_file /') and len(summaries[3]) <= 80 + 4
    assert scheduled[0].input.payloads[0].ByteSize() < 180
    (done, *_) = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
    assert done.activity_task_completed_event_attributes.result.payloads[0].ByteSize() < 80


async def test_what_a_sandbox_answers_is_no_incident(box: Box, caplog: pytest.LogCaptureFixture) -> None:
    """A file that is not there, a command that takes too long: no warning, no traceback, nothing of the inside."""
    caplog.set_level("WARNING")
    todo: list[Any] = [
        ("read_file", {"path": "/no/such"}),
        ("list_files", {"path": "/no/such"}),
        ("write_file", {"path": "/dev/null/x", "content": ""}),
        ("execute", {"command": "sleep 9", "timeout": 0.2}),
    ]
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, todo)
        outcomes = await box.env.result(handle)
    errors = ["FileNotFoundError", "SandboxPathNotFoundError", "OSError", "SandboxTimeoutError"]
    assert [each["error"] for each in outcomes] == errors
    assert not [record for record in caplog.records if record.name.startswith("temporalio")]
    for event in of_type(await handle.fetch_history(), EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED):
        assert not event.activity_task_failed_event_attributes.failure.HasField("cause")
