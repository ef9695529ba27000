"""The story: a run whose workers are killed, the same run undisturbed, and the comparison of the two."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client
from temporalio.service import RPCError

from strands_temporal.testing import ServerNotFoundError, TemporalServer, temporal_server

from .audit import AuditRun
from .files import AUDITED, copy_of_sources
from .processes import DemoError, Workers
from .steplog import Entry
from .steps import Progress
from .verify import Facts, verify
from .view import View

KILLS = {"worker-1": "count_lines:3", "worker-2": "invoke_model:2"}
"""Where workers die: one in the third of several tool calls of a turn, the next one in its second model call."""


async def run_demo(view: View, *, keep: bool) -> int:
    """Run the whole demo.

    Args:
        view: Where to show it.
        keep: Whether to leave the server up at the end, until Ctrl+C.

    Returns:
        The exit code: 0 where the kills made no difference, 1 where they did or the demo could not run.
    """
    try:
        with TemporaryDirectory(prefix="strands-temporal-demo-") as temporary:
            async with temporal_server(ui=True) as server:
                code = await _compare(view, server, Path(temporary))
                if keep:
                    view.say("The Web UI stays up until you press Ctrl+C.")
                    await asyncio.Event().wait()
                return code
    except (DemoError, ServerNotFoundError, RPCError) as error:
        view.event(f"The demo failed: {error}", "1;31")
        return 1


async def _compare(view: View, server: TemporalServer, folder: Path) -> int:
    view.say(
        f"An agent audits {AUDITED}: its model and four of its tools are activities, add_up runs in the workflow.\n"
        "The model is a scripted one; the server, the workers, the files and the kills are real.\n"
    )
    client = await Client.connect(server.address, namespace=server.namespace)
    with Workers(server, copy_of_sources(folder), folder) as workers:
        async with AuditRun(client, "with-kills", folder) as audit, AuditRun(client, "undisturbed", folder) as other:
            view.say(f"With kills:   {audit.link(server.ui_url)}\nUndisturbed:  {other.link(server.ui_url)}\n", "1")
            # At the same time, as most of the first run is waiting until the server misses a killed worker.
            (run, killed), undisturbed = await asyncio.gather(
                _with_kills(view, workers, audit), _undisturbed(view, workers, other)
            )
    return _judge(view, run, undisturbed, killed)


async def _undisturbed(view: View, workers: Workers, audit: AuditRun) -> Facts:
    workers.start("worker-0", audit.id, audit.folder)
    facts = await audit.finish(workers)
    view.event(f"worker-0 has done the undisturbed run, {len(facts.steps)} steps")
    return facts


async def _with_kills(view: View, workers: Workers, audit: AuditRun) -> tuple[Facts, list[str]]:
    """Let workers take over from one another until the job is done.

    Returns:
        What is known of the run, and the ids of the steps that a worker was killed in.
    """
    worker, pid = "", 0
    dead: list[str] = []
    killed: list[str] = []

    def start_next(what_it_does: str) -> None:
        nonlocal worker, pid
        worker = f"worker-{len(dead) + 1}"
        pid = workers.start(worker, audit.id, audit.folder, KILLS.get(worker))
        view.event(f"{worker} (process {pid}) {what_it_does}", "1;36")

    def on_change(progress: Progress, log: list[Entry]) -> None:
        view.steps(progress.steps, dead)
        held = step_to_kill_in(worker, progress, log)
        if held is None:
            return
        workers.kill(worker)
        dead.append(worker)
        killed.append(held.step)
        view.event(
            f"{worker} (process {pid}) KILLED with SIGKILL inside step {held.step}, its work done and not yet recorded",
            "1;31",
        )
        view.steps(progress.steps, dead)
        start_next("takes over")

    start_next("starts")
    return await audit.finish(workers, on_change), killed


def step_to_kill_in(worker: str, progress: Progress, log: list[Entry]) -> Entry | None:
    """The step that a worker holds open, once all others are recorded as completed and the workflow waits for it.

    A kill any earlier might hit a second step, whose end is on its way to the server. Such a step would rightly run
    again, but then its second run would not tell right from wrong.
    """
    held = next((entry for entry in log if entry.event == "held" and entry.worker == worker), None)
    if held is None or progress.moving:
        return None
    others_done = all(step.state == "done" for step in progress.steps if step.id != held.step)
    is_open = any(step.state == "running" for step in progress.steps if step.id == held.step)
    return held if others_done and is_open else None


def _judge(view: View, run: Facts, undisturbed: Facts, killed: list[str]) -> int:
    """Show the comparison, and give the exit code."""
    view.say(f"\nAnswer:       {run.answer}\nUndisturbed:  {undisturbed.answer}\n")
    view.say(f"{len(run.steps)} steps, {sum(step.attempt for step in run.steps)} attempts, {len(killed)} kills:")
    checks = verify(run, undisturbed, killed)
    for check in checks:
        view.say(f"  {'WRONG' if check.problems else 'ok   '}  {check.claim}", "31" if check.problems else "32")
        for problem in check.problems:
            view.say(f"           {problem}", "31")
    if any(check.problems for check in checks):
        view.say("\nThe kills made a DIFFERENCE.", "1;31")
        return 1
    view.say("\nThe kills made no difference.", "1;32")
    return 0
