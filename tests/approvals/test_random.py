"""Random schedules of answers, mistakes, second answers, retries, replays and lost workers: no approval is skipped.

The invariant: a protected call has run if and only if the one answer to it that was accepted approves, and the model
saw one result of each call, which says so.
"""

from __future__ import annotations

import asyncio
import json
import random
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from strands_temporal.testing import Fail, ScriptedRequest, Step, ToolCall
from strands_temporal.workflow import ApprovalAnswer, PendingApproval

from ..env import Env, at_rest
from . import random_workflows as wf

pytestmark = pytest.mark.timing


def make_plan(chance: random.Random, run: str) -> list[list[tuple[str, str]]]:
    """Calls for each of some turns: the tool, and a key that says how it behaves."""
    keys = iter(range(100))
    kinds = ["", "flaky", "again", "flaky again"]
    return [
        [(chance.choice(["guarded", "asking"]), f"{run} {next(keys)} {chance.choice(kinds)}") for _ in range(length)]
        for length in chance.choices(range(1, 5), k=chance.randint(1, 3))
    ]


def script(request: ScriptedRequest) -> Step:
    plan = json.loads(request.messages[0]["content"][0]["text"])
    if request.turn == len(plan):
        return "done"
    calls = [ToolCall(tool, {"key": key}) for tool, key in plan[request.turn]]
    return Fail(ConnectionError("the provider is away"), then=calls) if request.turn % 2 else calls


class Human:
    """Answers at random, and remembers which of the answers were accepted."""

    def __init__(self, chance: random.Random, handle: Any) -> None:
        self.chance = chance
        self.handle = handle
        self.decisions: dict[str, bool] = {}
        self.past: list[str] = []

    async def pending(self) -> list[PendingApproval]:
        await at_rest(self.handle)
        return await self.handle.query("pending_approvals", result_type=list[PendingApproval])

    async def is_running(self) -> bool:
        return (await self.handle.describe()).status == WorkflowExecutionStatus.RUNNING

    async def act(self, one: PendingApproval) -> None:
        """Answer one, with a mistake before, at the same time, or after."""
        if self.chance.random() < 0.3:
            wrong: list[Any] = [
                ApprovalAnswer("no such id", True),
                {"id": one.id, "approve": "yes"},
                {"id": one.id},
                *(ApprovalAnswer(each, True) for each in self.past),
            ]
            mistake = self.chance.choice(wrong)
            if await self.send(mistake):
                # A worker that replays may get it in one step with the result that leads to a question, and so before
                # that; it keeps what may be for it. This question is still to be answered, as is seen below.
                assert mistake == wrong[0], f"a mistake was accepted: {mistake}"
        answers = [
            one.approve() if self.chance.random() < 0.5 else one.deny() for _ in range(self.chance.choice((1, 3)))
        ]
        accepted = await asyncio.gather(*(self.send(each) for each in answers))
        taken = [answer for answer, ok in zip(answers, accepted, strict=True) if ok]
        assert len(taken) == 1, f"{len(taken)} of {len(answers)} answers to one question were accepted"
        self.decisions[one.tool_input["key"]] = taken[0].approve
        self.past.append(one.id)

    async def send(self, answer: Any) -> bool:
        try:
            await self.handle.execute_update("respond", answer)
        except WorkflowUpdateFailedError:
            return False
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:  # the last answer was taken, and the workflow ended
                raise
            return False
        return True


@pytest.mark.parametrize(
    "round", [pytest.param(number, marks=pytest.mark.exhaustive if number >= 3 else ()) for number in range(10)]
)
async def test_no_approval_is_skipped(client: Client, task_queue: str, round: int) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    env = Env(client, task_queue, cached=chance.random() < 0.5)
    model = env.model(script)
    plan = make_plan(chance, task_queue)
    handle = await env.start(wf.RandomWorkflow.run, json.dumps(plan))
    human = Human(chance, handle)
    # What a lost worker leaves to be done is not kept for it for long.
    sticky = timedelta(milliseconds=100)
    while await human.is_running():
        # Each worker is there until some questions were answered, and is lost in the middle of what follows.
        options: Any = {"activities": [wf.guarded], "sticky_queue_schedule_to_start_timeout": sticky}
        async with env.worker(wf.RandomWorkflow, **options):
            for _ in range(chance.randint(1, 3)):
                while await human.is_running():
                    check_runs(plan, human)
                    if found := await human.pending():
                        await human.act(chance.choice(found))
                        break
                    await asyncio.sleep(0.02)
            await asyncio.sleep(chance.choice((0.0, 0.01, 0.05)))
    assert await env.result(handle) == "done"
    check_end(plan, human, model.requests[-1].messages)
    await env.check_histories()


def check_runs(plan: Any, human: Human) -> None:
    """Nothing has run that was not approved before; what is being answered at this moment is answered when it runs."""
    keys = {key for turn in plan for _, key in turn}
    unasked = {key for key, _ in wf.RUNS if key in keys and not human.decisions.get(key)}
    assert not unasked, f"ran without an approval: {unasked}"


def check_end(plan: Any, human: Human, messages: Any) -> None:
    check_runs(plan, human)
    calls = [call for turn in plan for call in turn]
    assert set(human.decisions) == {key for _, key in calls}, "a call was never asked for"
    results = [block["toolResult"] for message in messages for block in message["content"] if "toolResult" in block]
    ids = [block["toolUse"]["toolUseId"] for each in messages for block in each["content"] if "toolUse" in block]
    assert sorted(each["toolUseId"] for each in results) == sorted(ids) and len(results) == len(calls)
    said = {each["toolUseId"]: each["content"][0]["text"] for each in results}
    for (tool, key), use_id in zip(calls, ids, strict=True):
        assert said[use_id] == (f"did {key}" if human.decisions[key] else "The call was denied.")
        ran = [attempt for ran, attempt in wf.RUNS if ran == key]
        assert bool(ran) == (tool == "guarded" and human.decisions[key])
        if "flaky" in key and ran:
            assert max(ran) >= 2


def test_the_check_can_fail() -> None:
    """A run without an approval, and a result that does not fit to the answer, are seen."""
    plan = [[("guarded", "check 1"), ("asking", "check 2")]]
    human = Human(random.Random(0), None)
    human.decisions = {"check 1": False, "check 2": True}

    def messages(*texts: str) -> Any:
        uses = [{"toolUse": {"toolUseId": str(number)}} for number in range(2)]
        results = [{"toolResult": {"toolUseId": str(n), "content": [{"text": text}]}} for n, text in enumerate(texts)]
        return [{"content": uses}, {"content": results}]

    check_end(plan, human, messages("The call was denied.", "did check 2"))
    for wrong in (messages("did check 1", "did check 2"), messages("The call was denied.")):
        with pytest.raises(AssertionError):
            check_end(plan, human, wrong)
    wf.RUNS.append(("check 1", 1))
    with pytest.raises(AssertionError, match="ran without an approval"):
        check_runs(plan, human)
    wf.RUNS.pop()
