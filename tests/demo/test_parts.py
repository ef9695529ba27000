"""What the demo does when something else goes wrong than it plans, and what its view writes."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from pathlib import Path

import demo.audit
import pytest
from demo.audit import AuditRun
from demo.processes import DemoError, Workers
from demo.run import step_to_kill_in
from demo.steplog import Entry, StepLog
from demo.steps import Progress, Step
from demo.view import View
from temporalio.client import Client, WorkflowExecutionStatus

from strands_temporal.testing import TemporalServer

RUNNING = WorkflowExecutionStatus.RUNNING
STEP = Step("1", "count_lines", "count_lines(a.py)", "running", 1, "worker-1", started=1.0)
DONE = replace(STEP, state="done", attempt=2, worker="worker-2", started=2.0, ended=2.005)
HELD = Entry("1", "count_lines", 1, "worker-1", 1, "held", 1.0)


def test_a_worker_that_cannot_start_is_reported_with_its_words(tmp_path: Path) -> None:
    nowhere = TemporalServer(address="127.0.0.1:1", namespace="default", ui_url=None)
    with Workers(nowhere, tmp_path, tmp_path) as workers:
        workers.start("worker-1", "queue", tmp_path)
        with pytest.raises(DemoError, match=r"(?s)worker-1 ended by itself, with exit code 1.*Failed client connect"):
            _check_for(workers, seconds=30)


def _check_for(workers: Workers, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        workers.check()
        time.sleep(0.05)


async def test_a_run_that_stands_still_is_given_up_and_terminated(
    client: Client, server_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo.audit, "PATIENCE_SECONDS", 0.3)
    server = TemporalServer(server_address, client.namespace, None)
    with Workers(server, tmp_path, tmp_path) as workers:
        run = AuditRun(client, "stalled", tmp_path)
        with pytest.raises(DemoError, match="no progress"):
            async with run:
                await run.finish(workers)
    assert (await client.get_workflow_handle(run.id).describe()).status == WorkflowExecutionStatus.TERMINATED


@pytest.mark.parametrize(
    ("progress", "kills"),
    [
        (Progress(RUNNING, (STEP,), moving=False), True),
        (Progress(RUNNING, (STEP,), moving=True), False),
        (Progress(RUNNING, (STEP, replace(STEP, id="2")), moving=False), False),
        (Progress(RUNNING, (STEP, replace(DONE, id="2")), moving=False), True),
        (Progress(RUNNING, (DONE,), moving=False), False),
        (Progress(RUNNING, (), moving=False), False),
    ],
    ids=["held", "workflow moves", "other step runs", "other step done", "held no more", "not known yet"],
)
def test_the_kill_waits_until_the_held_step_is_all_there_is(progress: Progress, kills: bool) -> None:
    assert step_to_kill_in("worker-1", progress, [HELD]) == (HELD if kills else None)
    assert step_to_kill_in("worker-2", progress, [HELD]) is None


def test_the_step_log_is_read_as_it_was_written(tmp_path: Path) -> None:
    log = StepLog(tmp_path / "steps.jsonl")
    assert log.read() == []
    log.write("1", "count_lines", 1, "worker-1", "started")
    log.write("1", "count_lines", 1, "worker-1", "completed")
    assert [(each.step, each.event) for each in log.read()] == [("1", "started"), ("1", "completed")]


def test_plain_output_is_a_line_per_change() -> None:
    out = io.StringIO()
    view = View(out)
    for steps, dead in [([STEP], []), ([STEP], []), ([STEP], ["worker-1"]), ([DONE], ["worker-1"])]:
        view.steps(steps, dead)
    states = [" ".join(line.split()[2:]) for line in out.getvalue().splitlines()]
    assert states == [
        "count_lines(a.py) attempt 1 worker-1 running",
        "count_lines(a.py) attempt 1 worker-1 KILLED",
        "count_lines(a.py) attempt 2 worker-2 done 5 ms (an attempt died with worker-1)",
    ]
    assert "\x1b" not in out.getvalue()


def test_on_a_terminal_running_steps_are_drawn_anew_below_what_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: True)
    view = View(out)
    view.steps([STEP])
    view.say("news")
    text = out.getvalue()
    erased = text.index("\x1b[1F\x1b[J")
    assert text.index("running") < erased < text.index("news") < text.rindex("running")
