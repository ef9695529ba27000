"""How a worker gets at the sandbox of a workflow: factories of all kinds, what they are told, what can be wrong."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from strands_temporal import SandboxWorkflowContext, StrandsPlugin
from strands_temporal._errors import InvalidOptionError

from ..env import EventType, of_type
from . import sandbox_workflows as wf
from .conftest import Box
from .local import FolderSandbox, lines_of

ECHO: list[Any] = [("execute", {"command": "echo hi; echo ran >> ran"}), ("list_files", {"path": "."})]


def attempts(history: Any) -> list[int]:
    """The number of attempts of each activity that has ended."""
    events = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    return [event.activity_task_started_event_attributes.attempt for event in events]


class Managed:
    """Opens and closes a sandbox around each operation."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.log: list[str] = []

    @asynccontextmanager
    async def manager(self, context: SandboxWorkflowContext) -> AsyncGenerator[FolderSandbox, None]:
        self.log.append("opened")
        try:
            yield FolderSandbox(self.box.folder)
        finally:
            self.log.append("closed")

    async def coroutine(self, context: SandboxWorkflowContext) -> FolderSandbox:
        self.log.append("made")
        return FolderSandbox(self.box.folder)

    async def coroutine_of_manager(self, context: SandboxWorkflowContext) -> Any:
        self.log.append("made")
        return self.manager(context)


@pytest.mark.parametrize(
    ("kind", "log"),
    [
        ("manager", ["opened", "closed"] * 2),
        ("coroutine", ["made"] * 2),
        ("coroutine_of_manager", ["made", "opened", "closed"] * 2),
    ],
)
async def test_factories_of_all_kinds(box: Box, kind: str, log: list[str]) -> None:
    managed = Managed(box)
    box.plugin(sandboxes={"box": getattr(managed, kind)})
    async with box.env.worker(wf.Direct):
        echoed, _ = await box.env.execute(wf.Direct.run, ECHO)
    assert echoed["stdout"] == "hi\n" and managed.log == log


@pytest.mark.uncached
async def test_a_sandbox_is_left_also_when_its_operation_fails(box: Box) -> None:
    managed = Managed(box)
    box.plugin(sandboxes={"box": managed.manager})
    todo = [("read_file", {"path": "/no/such"}), ("execute", {"command": "sleep 9", "timeout": 0.1})]
    async with box.env.worker(wf.Direct):
        missing, timed_out = await box.env.execute(wf.Direct.run, todo)
    assert (missing["error"], timed_out["error"]) == ("FileNotFoundError", "SandboxTimeoutError")
    assert managed.log == ["opened", "closed"] * 2


async def test_the_chain_is_the_same_in_all_runs(box: Box) -> None:
    async with box.env.worker(wf.Chained):
        handle = await box.env.start(wf.Chained.run, 3)
        assert len((await box.env.result(handle)).splitlines()) == 2
    first, second, third = box.contexts
    assert first.chain == second.chain == third.chain
    assert first.run_id == first.first_execution_run_id == handle.first_execution_run_id
    assert first.workflow_id == handle.id and first.namespace == box.env.client.namespace
    assert len({first.run_id, second.run_id, third.run_id}) == 3


async def test_a_factory_that_fails_is_called_again_and_the_command_runs_once(box: Box) -> None:
    calls: list[str] = []

    def factory(context: SandboxWorkflowContext) -> FolderSandbox:
        calls.append(context.run_id)
        if len(calls) < 3:
            raise ConnectionError("the backend is away")
        return FolderSandbox(box.folder)

    box.plugin(sandboxes={"box": factory})
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, ECHO)
        echoed, _ = await box.env.result(handle)
    assert echoed["stdout"] == "hi\n" and lines_of(box.folder / "ran") == ["ran"]
    assert attempts(await handle.fetch_history()) == [3, 1]


class Swallowing:
    """An async context manager that swallows what goes wrong inside."""

    def __init__(self, box: Box) -> None:
        self.box = box

    async def __aenter__(self) -> FolderSandbox:
        return FolderSandbox(self.box.folder)

    async def __aexit__(self, *error: object) -> bool:
        return True


@asynccontextmanager
async def of_a_text(context: Any) -> AsyncGenerator[str, None]:
    yield "no sandbox"


WRONG = {
    "another name": "Unknown sandbox name 'box'. This worker's StrandsPlugin(sandboxes=...) knows: 'other', 'third'.",
    "none": "This worker's StrandsPlugin has no sandboxes, so TemporalSandbox('box') has nowhere to run. Give it",
    "a text": "The factory of sandbox 'box' in StrandsPlugin(sandboxes=...) returned str. It has to return a strands",
    "a manager of a text": "The factory of sandbox 'box' in StrandsPlugin(sandboxes=...) gave an async context manager",
    "it raises": "no key in the keyring",
    "a manager that swallows": "The context manager of sandbox 'box' has swallowed an exception.",
}


@pytest.mark.parametrize("kind", WRONG)
async def test_what_is_wrong_is_said_at_the_first_attempt(box: Box, kind: str) -> None:
    def raising(context: Any) -> Any:
        raise ValueError("no key in the keyring")

    sandboxes: Any = {
        "another name": {"third": box.factory, "other": box.factory},
        "none": None,
        "a text": {"box": lambda context: "no sandbox"},
        "a manager of a text": {"box": of_a_text},
        "it raises": {"box": raising},
        "a manager that swallows": {"box": lambda context: Swallowing(box)},
    }
    box.plugin(sandboxes=sandboxes[kind])
    async with box.env.worker(wf.Direct):
        handle = await box.env.start(wf.Direct.run, [("read_file", {"path": "/no/such"})])
        (outcome,) = await box.env.result(handle)
    assert outcome["says"].startswith(WRONG[kind]) and "SandboxError" in outcome["is"]
    assert attempts(await handle.fetch_history()) == [1]


async def test_a_worker_without_the_plugin_is_named(box: Box) -> None:
    queue = f"elsewhere-{uuid.uuid4()}"
    async with box.env.worker(wf.Direct), Worker(box.env.client, task_queue=queue, activities=[wf.something_else]):
        (outcome,) = await box.env.execute(wf.Direct.run, ECHO[:1], {"task_queue": queue})
    assert outcome["error"] == "SandboxError"
    assert "StrandsPlugin(sandboxes={'box': ...})" in outcome["says"] and "something_else" in outcome["says"]


async def test_a_workflow_on_a_worker_without_the_plugin_fails(box: Box) -> None:
    async with box.env.worker(wf.Direct, plugins=[], workflow_runner=UnsandboxedWorkflowRunner()):
        # Not by the test's env, which replays it with the plugin.
        started = box.env.client.start_workflow
        handle = await started(wf.Direct.run, args=[ECHO[:1]], id=str(uuid.uuid4()), task_queue=box.env.task_queue)
        with pytest.raises(WorkflowFailureError) as caught:
            await box.env.result(handle)
    assert "TemporalSandbox was made in a workflow whose worker has no StrandsPlugin" in str(caught.value.__cause__)


async def test_plugins_of_client_and_worker_add_up(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(wf.SECRET_NAME, "yes")
    address = box.env.client.service_client.config.target_host
    on_client = StrandsPlugin(sandboxes={"box": lambda context: "replaced"}, resolvable_worker_env_vars=["OTHER"])  # type: ignore[dict-item, return-value]
    client = await Client.connect(address, plugins=[on_client])
    on_worker = box.plugin(resolvable_worker_env_vars=[wf.SECRET_NAME])
    todo = [("execute", {"command": "echo $A", "env": {"A": "{ref}"}})]
    with pytest.warns(UserWarning, match="The same plugin type"):
        async with box.env.worker(wf.Direct, client=client, plugins=[on_worker]):
            (outcome,) = await box.env.execute(wf.Direct.run, todo)
    assert outcome["stdout"] == "yes\n"
    async with box.env.worker(wf.Direct, client=client, plugins=[]):  # of the other worker nothing was kept
        (outcome,) = await box.env.execute(wf.Direct.run, ECHO[:1])
    assert "returned str" in outcome["says"]


@pytest.mark.parametrize("wrong", [["box"], {"": lambda context: None}, {7: lambda context: None}, {"box": "docker"}])
def test_sandboxes_are_checked(wrong: Any) -> None:
    with pytest.raises(InvalidOptionError, match="StrandsPlugin"):
        StrandsPlugin(sandboxes=wrong)


def test_a_sandbox_instead_of_its_factory_is_refused(tmp_path: Any) -> None:
    with pytest.raises(InvalidOptionError, match=r"not a FolderSandbox object: \{'box': lambda context"):
        StrandsPlugin(sandboxes={"box": FolderSandbox(tmp_path)})  # type: ignore[dict-item]
