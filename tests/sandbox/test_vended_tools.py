"""Strands' tools for sandboxes in an agent: the model sees what it sees of a plain agent outside of a workflow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from strands import Agent
from strands.vended_tools import file_editor, make_file_editor, make_shell, python_repl, shell

from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import scheduled_activities
from . import sandbox_workflows as wf
from .conftest import Box
from .local import FolderSandbox


def calls(folder: Path) -> list[list[ToolCall]]:
    """What the model calls, turn by turn."""
    file = f"{folder}/notes/a.txt"
    edit = {"path": file}
    return [
        [
            ToolCall("shell", {"command": "echo out; echo err >&2; pwd; exit 3"}),
            ToolCall("python_repl", {"code": "import sys; print(6 * 7); print('é', file=sys.stderr)"}),
            ToolCall("sandbox_shell", {"command": "printf 'a\\nb\\n\\x01\\xff'"}),
        ],
        [ToolCall("file_editor", {"command": "create", **edit, "file_text": "one\ntwo\nthree — é\n"})],
        [
            ToolCall("file_editor", {"command": "view", **edit}),
            ToolCall("file_editor", {"command": "view", "path": str(folder)}),
            ToolCall("sandbox_file_editor", {"command": "view", **edit, "view_range": [2, 3]}),
        ],
        [ToolCall("file_editor", {"command": "str_replace", **edit, "old_str": "two", "new_str": "2"})],
        [ToolCall("sandbox_file_editor", {"command": "insert", **edit, "insert_line": 1, "new_str": "one and a half"})],
        [ToolCall("shell", {"command": f"cat {file}"})],
        [
            # What goes wrong.
            ToolCall("shell", {"command": "echo so far; echo no good >&2; sleep 600", "timeout": 5}),
            ToolCall("python_repl", {"code": "raise ValueError('no')"}),
            ToolCall("python_repl", {"code": "import time; print('x', flush=True); time.sleep(600)", "timeout": 5}),
            ToolCall("python_repl", {"code": "1", "timeout": 0}),
            ToolCall("file_editor", {"command": "create", **edit, "file_text": "again"}),
            ToolCall("file_editor", {"command": "view", "path": f"{folder}/nothing"}),
            ToolCall("file_editor", {"command": "view", "path": "not/absolute"}),
            ToolCall("file_editor", {"command": "str_replace", **edit, "old_str": "none", "new_str": ""}),
            ToolCall("file_editor", {"command": "create", "path": f"{file}/below", "file_text": "x"}),
            ToolCall("file_editor", {"command": "view", "path": f"{folder}/binary"}),
        ],
    ]


def script(folder: Path) -> Any:
    turns = calls(folder)
    return lambda request: turns[request.turn] if request.turn < len(turns) else "done"


def seen(model: ScriptedModel) -> list[Any]:
    """All tool results, in order."""
    return [request.tool_results for request in model.requests[1:]]


async def outside(folder: Path) -> ScriptedModel:
    """The same agent where no workflow is."""
    model = ScriptedModel(script(folder))
    sandbox = FolderSandbox(folder)
    vended = [make_shell(sandbox=sandbox, name="sandbox_shell")]
    vended.append(make_file_editor(sandbox=sandbox, name="sandbox_file_editor"))
    tools: list[Any] = [shell, file_editor, python_repl, *vended]
    await Agent(model=model, callback_handler=None, tools=tools, sandbox=sandbox).invoke_async("go")
    return model


def prepare(folder: Path) -> None:
    folder.mkdir()
    (folder / "binary").write_bytes(b"\xff\xfe\x00")


async def test_the_model_sees_what_it_sees_outside(box: Box) -> None:
    # In one folder after the other, for results name it.
    folder = box.folder = box.folder / "work"
    prepare(folder)
    expected = await outside(folder)
    folder.rename(folder.parent / "of the plain agent")
    prepare(folder)
    model = box.model(script(folder))
    async with box.env.worker(wf.Agentic):
        assert await box.env.execute(wf.Agentic.run, "go") == "done"
    results = seen(model)
    assert len(results) == len(calls(folder))
    # The calls of a turn run at the same time, and what is listed may be there or not yet; nothing else differs.
    assert results == seen(expected)
    assert {each["name"] for each in model.requests[0].tool_specs} == {
        each["name"] for each in expected.requests[0].tool_specs
    }
    assert (folder / "notes/a.txt").read_bytes() == (folder.parent / "of the plain agent/notes/a.txt").read_bytes()
    statuses = [each["status"] for each in results[-1]]
    assert statuses.count("error") == 9, results[-1]  # all but the exception in Python, which is its output
    assert '"output": "so far\\n", "error": "no good\\n"' in results[-1][0]["content"][0]["text"]


async def test_a_tool_of_the_users_own_takes_its_place(box: Box) -> None:
    """Which specs the model gets, as Strands does it: a tool of the same name wins over the sandbox's."""
    model = box.model(["done"])
    async with box.env.worker(wf.Agentic):
        await box.env.execute(wf.Agentic.run, "go")
    names = [each["name"] for each in model.requests[0].tool_specs]
    assert sorted(names) == ["file_editor", "python_repl", "sandbox_file_editor", "sandbox_shell", "shell"]


async def test_skills_are_read_from_the_sandbox(box: Box) -> None:
    """Whether the agent is made in the workflow's run, where its plugin waits for the activities."""
    skill = box.folder / "skills/greeting/SKILL.md"
    skill.parent.mkdir(parents=True)
    skill.write_text("---\nname: greeting\ndescription: how to greet\n---\nSay: well met.\n")
    call = ToolCall("skills", {"skill_name": "greeting"})
    model = box.model(lambda request: request.tool_result() if request.turn else call)
    async with box.env.worker(wf.WithSkills):
        handle = await box.env.start(wf.WithSkills.run, str(box.folder))
        assert "well met" in await box.env.result(handle)
    assert "how to greet" in (model.requests[0].system_prompt or "")
    assert "strands-sandbox-read-file" in scheduled_activities(await handle.fetch_history())


@pytest.mark.uncached
async def test_a_storage_of_files_works_in_the_sandbox(box: Box) -> None:
    """It tells what is missing from what is wrong by the exception's class."""
    async with box.env.worker(wf.WithStorage):
        found = await box.env.execute(wf.WithStorage.run, str(box.folder))
    one, binary = {"base64": "b25l"}, {"base64": "/wA="}
    assert found == [[], None, ["a/b.txt", "c.bin"], one, binary, ["c.bin"], None]


async def test_without_a_sandbox_the_model_is_told_what_is_missing(box: Box) -> None:
    def script(request: ScriptedRequest) -> Step:
        if request.turn:
            return "done"
        return [ToolCall("shell", {"command": "echo hi"}), ToolCall("python_repl", {"code": "print(1)"})]

    model = box.model(script)
    async with box.env.worker(wf.Unsandboxed):
        await box.env.execute(wf.Unsandboxed.run)
    for number in range(2):
        said = model.requests[1].tool_result(number)
        assert "no sandbox" in said and "sandbox=TemporalSandbox('NAME')" in said
