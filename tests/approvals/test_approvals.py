"""Approvals: who is asked what, which answers count, and what runs and what the model sees after them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from strands import Agent
from strands.interrupt import Interrupt
from temporalio.client import Client, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, CancelledError

from strands_temporal._approvals.pending import ask
from strands_temporal._errors import InvalidOptionError
from strands_temporal.testing import ToolCall
from strands_temporal.workflow import ApprovalAnswer, Approvals

from ..env import Env, EventType, of_type, scheduled_activities, timers
from . import approvals_workflows as wf
from .asking import ACTIVITIES, ASKING, calls, delete, deleted, pending, refusal, respond, seen


async def test_three_lines(env: Env) -> None:
    model = env.model(calls(delete("/a"), ToolCall("read_file", {"path": "/b"}), ToolCall("by_mcp", {"path": "/c"})))
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.FilesWorkflow.run)
        first, second = await pending(handle, 2)
        assert (first.tool_name, first.tool_input, first.agent) == ("delete_file", {"path": "/a"}, "Strands Agents")
        assert (first.name, first.reason) == ("approval", "Tool 'delete_file' needs approval.")
        assert (second.tool_name, second.tool_input) == ("by_mcp", {"path": "/c"}) and first.deadline is None
        assert deleted(handle) == []
        await respond(handle, second.deny("not /c"))
        assert [each.id for each in await pending(handle)] == [first.id] and deleted(handle) == []
        await respond(handle, first.approve())
        assert await env.result(handle) == "done"
    assert seen(model) == ["read /b", "deleted /a", "The call was denied: not /c"]
    assert deleted(handle) == ["/a"]
    history = await handle.fetch_history()
    assert timers(history) == [] and scheduled_activities(history).count("delete_file") == 1


async def test_answers_that_do_not_fit_are_refused_and_leave_no_trace(env: Env) -> None:
    model = env.model(calls(delete("/a"), delete("/b")))
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.FilesWorkflow.run)
        first, second = await pending(handle, 2)
        wrong: list[tuple[tuple[Any, ...], str]] = [
            ((ApprovalAnswer("nothing", True),), "No approval has the id 'nothing'"),
            ((), "takes one ApprovalAnswer, not 0 arguments"),
            ((first.approve(), second.approve()), "takes one ApprovalAnswer, not 2 arguments"),
            (("approve",), "takes an ApprovalAnswer, not str"),
            (([first.id, True],), "takes an ApprovalAnswer, not list"),
            (({"approve": True},), "takes an `id`"),
            (({"id": first.id},), "takes `approve`, which is true or false"),
            (({"id": first.id, "approve": "no"},), "takes `approve`, which is true or false"),
            (({"id": first.id, "approve": True, "aprove": False},), "it was sent aprove"),
            (({"id": first.id, "approve": False, "message": 7},), "takes a `message` that is text"),
            ((ApprovalAnswer(first.id, True, message="fine"),), "takes no `message` with an approval"),
            ((ApprovalAnswer(first.id, False, response="x"),), "takes no `response` with a denial"),
            ((first.approve("deny"),), "takes no `response`"),
        ]
        for arguments, words in wrong:
            message = await refusal(handle, *arguments)
            assert words in message and first.id in message and "(delete_file)" in message
        await respond(handle, first.deny())
        message = await refusal(handle, first.approve())
        assert "has been answered; the first answer counts" in message and second.id in message
        await respond(handle, second.approve())
        assert await env.result(handle) == "done"
    assert sorted(seen(model)) == ["The call was denied.", "deleted /b"] and deleted(handle) == ["/b"]
    history = await handle.fetch_history()
    assert len(of_type(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)) == 2


async def test_of_two_answers_at_once_the_first_counts(env: Env) -> None:
    model = env.model(calls(delete("/a"), delete("/b")))
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.FilesWorkflow.run)
        first, second = await pending(handle, 2)
        answers = [first.approve(), *[first.deny("late")] * 3]
        outcomes = await asyncio.gather(*(respond(handle, each) for each in answers), return_exceptions=True)
        accepted = [answer for answer, outcome in zip(answers, outcomes, strict=True) if outcome is None]
        assert len(accepted) == 1
        assert all(isinstance(each, WorkflowUpdateFailedError) for each in outcomes if each is not None)
        await respond(handle, second.approve())
        await env.result(handle)
        with pytest.raises(Exception, match=r"already completed|answered"):  # whatever is first: it has ended
            await respond(handle, first.approve())
    assert sorted(deleted(handle)) == (["/a", "/b"] if accepted[0].approve else ["/b"])
    assert ("deleted /a" in seen(model)) == accepted[0].approve


async def test_an_answer_that_a_worker_gets_while_it_replays(client: Client, task_queue: str) -> None:
    """A worker that has not this run in its cache may be given the answer before what led to the question.

    That is so after two workflow tasks without commands, here those of two activities of one message.
    """
    env = Env(client, task_queue, cached=False)
    asking = [ToolCall("asking_activity", {"path": path}) for path in ("/a", "/b")]
    env.model(calls(*asking))
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES, max_concurrent_activities=1):
        handles = [await env.start(wf.FilesWorkflow.run) for _ in range(4)]
        for handle in handles:
            for each in await pending(handle, 2):
                await respond(handle, each.approve())
            assert await env.result(handle) == "done"
            history = await handle.fetch_history()
            assert timers(history) == []
    await env.check_histories()


async def test_answers_by_signal(env: Env) -> None:
    model = env.model(calls(delete("/a")))
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.FilesWorkflow.run, start_signal="respond", start_signal_args=["too early"])
        (one,) = await pending(handle)
        await handle.signal("respond", {"id": "unknown", "approve": True})
        await handle.signal("respond", one.deny("by signal"))
        await handle.signal("respond", one.approve())
        assert await env.result(handle) == "done"
    assert seen(model) == ["The call was denied: by signal"] and deleted(handle) == []


@pytest.mark.parametrize(
    ("default", "result", "ran"),
    [("deny", "The call was denied: nobody answered in time.", []), ("approve", "deleted /a", ["/a"])],
)
async def test_deadline(env: Env, default: str, result: str, ran: list[str]) -> None:
    model = env.model(calls(delete("/a"), delete("/b")))
    before = datetime.now(timezone.utc)
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.FilesWorkflow.run, 5.0, default)
        first, second = await pending(handle, 2)
        assert first.deadline is not None and first.deadline == second.deadline
        assert timedelta(seconds=5) <= first.deadline - before < timedelta(seconds=22.5)
        await respond(handle, second.approve())
        assert await env.result(handle) == "done"
    assert sorted(seen(model)) == sorted([result, "deleted /b"]) and sorted(deleted(handle)) == sorted([*ran, "/b"])
    history = await handle.fetch_history()
    assert len(timers(history)) == 1 and len(of_type(history, EventType.EVENT_TYPE_TIMER_FIRED)) == 1


async def test_an_answer_ends_the_timer(env: Env) -> None:
    env.model(calls(delete("/a")))
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.FilesWorkflow.run, 3600.0)
        (one,) = await pending(handle)
        await respond(handle, one.approve())
        assert await env.result(handle) == "done"
    history = await handle.fetch_history()
    assert len(timers(history)) == 1 and len(of_type(history, EventType.EVENT_TYPE_TIMER_CANCELED)) == 1


async def test_human_in_the_loop_of_strands(env: Env) -> None:
    model = env.model(calls(delete("/a"), delete("/b")))
    async with env.worker(wf.InterventionWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.InterventionWorkflow.run)
        for each in await pending(handle, 2):
            assert each.tool_name == "delete_file"
            await respond(handle, each.approve("y") if each.tool_input["path"] == "/a" else each.deny())
        assert await env.result(handle) == "done"
    assert "deleted /a" in seen(model) and "deleted /b" not in seen(model) and deleted(handle) == ["/a"]


async def test_cancelled_while_it_waits(env: Env) -> None:
    env.model(calls(delete("/a")))
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.FilesWorkflow.run)
        await pending(handle)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
    assert isinstance(failure.value.cause, CancelledError) and deleted(handle) == []


@pytest.mark.uncached
async def test_interrupts_of_tools_and_hooks_wait_there_too(env: Env) -> None:
    model = env.model(calls(*ASKING))
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.FilesWorkflow.run)
        found = {each.name: each for each in await pending(handle, 3)}
        assert (found["delete"].tool_name, found["delete"].tool_input) == ("asking_activity", {"path": "/a"})
        assert found["delete"].reason == {"path": "/a", "raw": {"$bytes": "/w=="}} and found["delete"].id == "asking:/a"
        assert (found["question"].tool_name, found["question"].reason) == ("asking_tool", "Why?")
        assert (found["mine"].tool_name, found["mine"].reason) == ("read_file", "sure?")
        await respond(handle, found["delete"].approve())
        await respond(handle, found["question"].approve({"answer": ["because"]}))
        await respond(handle, found["mine"].approve())
        assert await env.result(handle) == "done"
    expected = ["asked, then deleted /a", "Why? {'answer': ['because']}", "read /hooked"]
    assert sorted(seen(model)) == sorted(expected) and deleted(handle) == ["run /a", "run /a"]


async def test_a_denied_tool_does_not_run_again_though_it_cannot_read_the_answer(env: Env) -> None:
    model = env.model(calls(*ASKING))
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.FilesWorkflow.run)
        for each in await pending(handle, 3):
            await respond(handle, each.deny(f"no {each.name}"))
        assert await env.result(handle) == "done"
    # The hook read "deny: no mine" as what it is, and cancelled the call by itself.
    expected = ["The call was denied: no delete", "The call was denied: no question", "the hook says no"]
    assert sorted(seen(model)) == sorted(expected) and deleted(handle) == ["run /a"]


async def test_a_tool_that_asks_again_with_the_same_id_waits_again(env: Env) -> None:
    """And the answer to its first question is none to the second, however late it comes again."""
    model = env.model(calls(ToolCall("asking_activity", {"path": "/twice"}), delete("/b")))
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.FilesWorkflow.run, 3600.0)
        found = {each.id: each for each in await pending(handle, 2)}
        for each in found.values():
            await respond(handle, each.approve())
        (again,) = await pending(handle)
        first = found["asking:/twice"]
        assert first.deadline is not None and again.deadline is not None and again.deadline > first.deadline
        assert (first.reason, again.reason) == (1, 2)
        assert again.id == "asking:/twice#2" and sorted(deleted(handle)) == ["/b", "run /twice", "run /twice"]
        assert "has been answered" in await refusal(handle, ApprovalAnswer("asking:/twice", True))
        await respond(handle, again.deny())
        assert await env.result(handle) == "done"
    assert sorted(seen(model)) == ["The call was denied.", "deleted /b"] and len(deleted(handle)) == 3


@pytest.mark.parametrize("approve", [True, False])
async def test_a_hook_that_asks_for_all_calls_of_a_message(env: Env, approve: bool) -> None:
    model = env.model(calls(ToolCall("read_file", {"path": "/all"}), ToolCall("read_file", {"path": "/b"})))
    async with env.worker(wf.FilesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.FilesWorkflow.run)
        (one,) = await pending(handle)
        assert (one.tool_name, one.tool_input, one.name) == (None, None, "batch")
        await respond(handle, one.approve() if approve else one.deny())
        assert await env.result(handle) == "done"
    assert seen(model) == (["read /all", "read /b"] if approve else ["The call was denied."] * 2)


@pytest.mark.parametrize("how", ["input", "in place", *(["stage"] if hasattr(Agent, "add_middleware") else [])])
async def test_what_was_changed_after_the_question_is_asked_again(env: Env, how: str) -> None:
    model = env.model(calls(delete("/tmp")))
    async with env.worker(wf.RewritesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.RewritesWorkflow.run, how)
        (first,) = await pending(handle)
        assert first.tool_input == {"path": "/tmp"}
        await respond(handle, first.approve())
        (second,) = await pending(handle)
        assert second.tool_input == {"path": "/etc"} and second.id != first.id and deleted(handle) == []
        assert "has been answered" in await refusal(handle, first.approve())
        await respond(handle, second.deny())
        assert await env.result(handle) == "done"
    assert seen(model) == ["The call was denied."] and deleted(handle) == []


async def test_the_tool_that_would_run_counts_not_the_name(env: Env) -> None:
    model = env.model(calls(ToolCall("read_file", {"path": "/tmp"})))
    async with env.worker(wf.RewritesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.RewritesWorkflow.run, "disguised")
        (one,) = await pending(handle)
        assert one.tool_name == "delete_file"
        await respond(handle, one.deny())
        await env.result(handle)
    assert seen(model) == ["The call was denied."] and deleted(handle) == []


async def test_rule_of_names_and_functions(env: Env) -> None:
    model = env.model(
        calls(delete("/a"), ToolCall("read_file", {"path": "/etc"}), ToolCall("read_file", {"path": "/"}))
    )
    async with env.worker(wf.PredicateWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.PredicateWorkflow.run)
        found = await pending(handle, 2)
        assert [each.tool_name for each in found] == ["delete_file", "read_file"]
        for each in found:
            await respond(handle, each.deny())
        await env.result(handle)
    assert seen(model) == ["read /", "The call was denied.", "The call was denied."]


async def test_a_direct_call_of_a_protected_tool_does_not_run(env: Env) -> None:
    env.model(["done"])
    async with env.worker(wf.DirectCallWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.DirectCallWorkflow.run)
        assert await env.result(handle) == "cannot raise interrupt in direct tool call"
    assert deleted(handle) == []


async def test_continue_as_new_carries_questions_and_answers(env: Env) -> None:
    model = env.model(calls(delete("/a"), delete("/b"), ASKING[0], ASKING[1], ToolCall("read_file", {"path": "/c"})))
    async with env.worker(wf.LeavesWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.LeavesWorkflow.run)
        found = await pending(handle, 4)
        await respond(handle, found[0].approve())
        await respond(handle, next(each for each in found if each.name == "delete").deny("kept"))
        # Not sooner: a query before the workflow task of the last event counts from the time of the task before it.
        deadlines = {each.id: each.deadline for each in await pending(handle, 2)}
        await handle.signal(wf.LeavesWorkflow.leave_now)
        await env.until(
            env.client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id),
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
        )
        later = env.client.get_workflow_handle(handle.id)
        left = await pending(later, 2)
        assert {each.id for each in left} == {found[1].id, next(each.id for each in found if each.name == "question")}
        assert left[0].tool_input == {"path": "/b"} and left[0].deadline == deadlines[left[0].id]
        assert deleted(handle) == ["run /a"]
        for each in left:
            await respond(later, each.approve("yes") if each.name == "question" else each.deny())
        assert await env.result(later) == "done"
    expected = ["The call was denied.", "The call was denied: kept", "Why? yes", "deleted /a", "read /c"]
    assert sorted(seen(model)) == expected and deleted(handle) == ["run /a", "/a"]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("misspelled", "names 'delete_fil', and no agent with these Approvals has such a tool; they have"),
        ("raising", "no rule for delete_file"),
        ("async", "is async"),
        ("number", "not 7"),
        ("parts", "not 7"),
        ("deadline", "timedelta of more than 0"),
        ("seconds", "timedelta of more than 0, not 5"),
        ("default", "'approve' or 'deny', not 'yes'"),
        ("prefix", "takes text, not 1"),
        ("twice", "the workflow has a query 'pending_approvals' already"),
        ("no TemporalAgent", "takes a TemporalAgent, not str"),
    ],
)
async def test_mistakes_fail_the_workflow(env: Env, what: str, words: str) -> None:
    env.model(calls(delete("/a")))
    async with env.worker(wf.WrongWorkflow, activities=ACTIVITIES):
        handle = await env.start(wf.WrongWorkflow.run, what)
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
    assert isinstance(failure.value.cause, ApplicationError) and words in failure.value.cause.message
    assert deleted(handle) == []


async def test_a_handler_of_the_users_is_not_replaced(env: Env) -> None:
    async with env.worker(wf.OwnHandlerWorkflow):
        handle = await env.start(wf.OwnHandlerWorkflow.run)
        with pytest.raises(WorkflowFailureError) as failure:
            await env.result(handle)
    assert "has a update 'respond' already" in str(failure.value.cause).replace("an update", "a update")


def test_outside_a_workflow() -> None:
    with pytest.raises(InvalidOptionError, match="make it in one"):
        Approvals()


def test_a_question_is_bound_to_what_the_call_would_do() -> None:
    asked = ask("delete", {"name": "delete", "toolUseId": "1", "input": {"path": "/a"}})
    assert isinstance(asked, Interrupt) and asked == ask(
        "delete", {"name": "delete", "toolUseId": "1", "input": {"path": "/a"}}
    )
    others: list[Any] = [
        ("delete", {"name": "delete", "toolUseId": "1", "input": {"path": "/b"}}),
        ("delete", {"name": "read", "toolUseId": "1", "input": {"path": "/a"}}),
        ("read", {"name": "delete", "toolUseId": "1", "input": {"path": "/a"}}),
        ("delete", {"name": "delete", "toolUseId": "2", "input": {"path": "/a"}}),
    ]
    assert asked.id not in {ask(*each).id for each in others} and len({ask(*each).id for each in others}) == 4
