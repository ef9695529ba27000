"""Workflows that the official plugin leaves in flight, finished by ours: `python -m tests.migration.in_flight PYTHON`.

PYTHON is the interpreter of a virtual environment with `temporalio-strands-agents`. For each sample and each point: a
worker of the official plugin takes the workflow there, is killed, and a worker of ours has to bring it to its end.
With `--mixed`, workers of both share a task queue instead, and what happens is counted.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowUpdateFailedError, WorkflowUpdateStage

from strands_temporal._testing.ending import exit_with
from strands_temporal.testing import temporal_server

from ..env import EventType, of_type
from .processes import worker_process
from .samples import OFFICIAL, OURS, SAMPLES, Sample, use


async def begin(handle: Any, name: str) -> None:
    """What starts the work where the run alone does not."""
    if name == "continue_as_new":
        accepted = WorkflowUpdateStage.ACCEPTED
        await handle.start_update("turn", "I am Ada.", id="turn-0", wait_for_stage=accepted, result_type=str)


async def scheduled(handle: Any) -> bool:
    """A model call waits for a worker."""
    pending = (await handle.describe()).raw_description.pending_activities
    return any(each.activity_type.name.startswith("invoke_model") for each in pending)


async def retried(handle: Any) -> bool:
    """A model call has failed, and waits for its next attempt."""
    pending = (await handle.describe()).raw_description.pending_activities
    return any(each.attempt > 1 for each in pending)


async def spoken(handle: Any) -> bool:
    """Most of a reply is published, in several batches, and its model call goes on."""
    return len(of_type(await handle.fetch_history(), EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)) >= 6


async def asked(handle: Any) -> bool:
    """The workflow waits for a signal."""
    return await handle.query("pending_approval") is not None


async def answered(handle: Any) -> bool:
    """The first turn is over, and the workflow waits for an update."""
    return bool(of_type(await handle.fetch_history(), EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED))


Point = tuple[str, Callable[[Any], Awaitable[bool]]]


def points(name: str) -> dict[str, Point]:
    """Where a sample is left: what the worker's model does, and how it is known that the point is reached."""
    found: dict[str, Point] = {
        "model call scheduled": ("unserved", scheduled),
        "model call failed": ("broken", retried),
    }
    if name in ("tools", "hooks", "sandbox"):
        found["second model call failed"] = ("broken_at_the_end", retried)
    if name in ("human_in_the_loop", "activity_interrupt"):
        found["waiting for a signal"] = ("works", asked)
    if name == "streaming":
        found["killed while it publishes"] = ("interrupted", spoken)
    if name == "continue_as_new":
        found["waiting for an update"] = ("works", answered)
    return found


async def until(reached: Callable[[Any], Awaitable[bool]], handle: Any) -> None:
    for _ in range(300):
        if await reached(handle):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the point was not reached")


async def hand_over(client: Client, address: str, python: str, name: str, point: str) -> None:
    """Have one workflow begun by the official plugin and ended by ours."""
    sample, (kind, reached) = SAMPLES[name], points(name)[point]
    queue = f"{name}-{uuid.uuid4()}"
    async with worker_process(python, OFFICIAL, name, kind, queue, address):
        handle = await client.start_workflow(sample.workflow, sample.argument, id=queue, task_queue=queue)
        await begin(handle, name)
        await until(reached, handle)
    async with worker_process(sys.executable, OURS, name, "works", queue, address):
        answer = await use(sample, handle, limit=90)  # a call of a killed worker has a minute
    # What the official plugin had asked already, with the errors of its sync tools, is asked again as it stands.
    assert answer == sample.answer or (point.startswith("second") and answer == sample.official), answer
    failed = of_type(await handle.fetch_history(), EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
    assert not failed, failed[0]
    print(f"{name}, {point}: ended by ours", flush=True)


async def mixed(client: Client, address: str, python: str, name: str, runs: int) -> None:
    """Run a sample on a task queue that workers of both share, and count what happens."""
    sample = SAMPLES[name]
    queue = f"{name}-{uuid.uuid4()}"
    seen: Counter[str] = Counter()

    async def run(number: int) -> None:
        handle = await client.start_workflow(sample.workflow, sample.argument, id=f"{queue}-{number}", task_queue=queue)
        seen[await outcome(sample, handle)] += 1
        seen.update(await troubles(handle))

    official = worker_process(python, OFFICIAL, name, "works", queue, address)
    async with official, worker_process(sys.executable, OURS, name, "works", queue, address):
        await asyncio.gather(*(run(number) for number in range(runs)))
    print(f"{name}, {runs} runs:", *(f"\n  {count} x {what}" for what, count in seen.items()), flush=True)


async def outcome(sample: Sample, handle: Any) -> str:
    """How a run ends, in words."""
    try:
        answer = await use(sample, handle)
    except AssertionError as error:
        return str(error)
    except (TimeoutError, asyncio.TimeoutError):
        return "has not ended after 30 s"
    except (WorkflowQueryFailedError, WorkflowUpdateFailedError) as error:
        return f"{type(error).__name__}: {error.__cause__ or error}"
    return "answers" if answer in (sample.answer, sample.official) else f"wrong: {answer}"


async def troubles(handle: Any) -> list[str]:
    """What went wrong in a run on its way."""
    history = await handle.fetch_history()
    failed = of_type(history, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
    started = of_type(history, EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    attempts = [event.activity_task_started_event_attributes for event in started]
    pending = (await handle.describe()).raw_description.pending_activities
    words = [event.workflow_task_failed_event_attributes.failure.message for event in failed]
    words += [f"attempt {each.attempt} after: {each.last_failure.message}" for each in attempts if each.attempt > 1]
    words += [f"{each.activity_type.name}, attempt {each.attempt}: {each.last_failure.message}" for each in pending]
    return [text.splitlines()[0][:160] if text else "?" for text in words]


async def main(python: str, is_mixed: bool, names: list[str]) -> None:
    """Hand over every sample at every point, or mix."""
    async with temporal_server() as server:
        client = await Client.connect(server.address)
        for name in names or SAMPLES:
            if is_mixed:
                await mixed(client, server.address, python, name, runs=10)
                continue
            for point in points(name):
                await hand_over(client, server.address, python, name, point)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", help="an interpreter with temporalio-strands-agents")
    parser.add_argument("--mixed", action="store_true", help="both on one task queue")
    parser.add_argument("names", nargs="*", help="samples; all by default")
    arguments = parser.parse_args()
    exit_with(lambda: asyncio.run(main(arguments.python, arguments.mixed, arguments.names)))
