"""The client's side of live text: what a workflow's agents are saying, read from its pending activities."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHandle
from temporalio.converter import ActivitySerializationContext, DataConverter

from .._errors import InvalidOptionError
from .._model.history import MODEL_CALLS
from .ended import ended_since
from .options import LIVE_INTERVAL, MIN_INTERVAL
from .parts import part

IDLE_FACTOR = 5
"""How much more seldom, in the end, a workflow is looked at in which no activity runs."""

_NOT_TOOLS = (*MODEL_CALLS, "describe_model", "count_model_tokens")


@dataclass(frozen=True)
class LiveReply:
    """A model call's reply, as far as it is known.

    Attributes:
        agent_name: Name of the agent.
        run_id: The workflow run of the call.
        activity_id: The call; another one in each turn, the same for all attempts.
        attempt: Number of the attempt, from 1. The text begins anew with each.
        text: The newest text, at most some 8,000 characters while the call runs, and all of it when it is complete.
        offset: How many characters of the reply are before `text`.
        new_text: What came since the last update: appended where `restarted` is not set.
        restarted: Whether what was shown of this call is void: another attempt, or text that was missed in between.
        tool: Name of the tool whose call the model is writing.
        complete: Whether this is the recorded reply, or the call's end without one (`failed`).
        failed: Whether the call ended without a reply: failed, timed out or cancelled.
    """

    agent_name: str | None
    run_id: str
    activity_id: str
    attempt: int = 1
    text: str = ""
    offset: int = 0
    new_text: str = ""
    restarted: bool = False
    tool: str | None = None
    complete: bool = False
    failed: bool = False


@dataclass(frozen=True)
class LiveText:
    """What a workflow's agents are doing.

    Attributes:
        replies: The model calls in flight, and once, those that have ended since the last update, which come first.
        tools: Names of the tools whose activities are in flight.
    """

    replies: tuple[LiveReply, ...] = ()
    tools: tuple[str, ...] = ()


async def live_text(
    client: Client,
    workflow_id: str,
    *,
    run_id: str | None = None,
    past_replies: bool = True,
    poll_interval: timedelta = LIVE_INTERVAL,
) -> AsyncGenerator[LiveText, None]:
    """Follow what the agents of a workflow say, where they have `live_text=True`; it adds nothing to the history.

    An update comes when something has changed. At the end of each model call its recorded reply comes, also of a call
    of which nothing was seen before, and of agents that have no live text.

    Args:
        client: A client; its data converter reads the texts.
        workflow_id: The workflow.
        run_id: One run of it; by default the newest, and those after it where it continues as new.
        past_replies: Whether the replies that the run had recorded before come first.
        poll_interval: Time between two looks while a model is called; up to five times as long while no activity runs.

    Yields:
        What is known.

    Raises:
        InvalidOptionError: `poll_interval` is not a timedelta of 1 ms or more.
        temporalio.service.RPCError: There is no such workflow, or the server does not answer.
    """
    if not isinstance(poll_interval, timedelta) or poll_interval < MIN_INTERVAL:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidOptionError(
            f"live_text(poll_interval=...) takes a timedelta of 1 ms or more, not {poll_interval}."
        )
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(workflow_id, run_id=run_id)
    description = await handle.describe()
    follower = _Follower(client, workflow_id, description, past_replies)
    last, idle = LiveText(), 0
    while True:
        live = await follower.look(description)
        if live != last and (live.replies or live.tools or last.tools):
            yield live
        last = _seen(live)
        if description.status is not WorkflowExecutionStatus.RUNNING:
            return
        idle = 1 if description.raw_description.pending_activities else min(idle + 1, IDLE_FACTOR)
        await asyncio.sleep(poll_interval.total_seconds() * idle)
        description = await handle.describe()


class _Follower:
    """What was seen of a workflow so far."""

    def __init__(
        self, client: Client, workflow_id: str, description: WorkflowExecutionDescription, past_replies: bool
    ) -> None:
        self._client = client
        self._id = workflow_id
        self._run_id = description.run_id or ""
        self._last_event = 0 if past_replies else description.history_length
        self._replies: dict[str, LiveReply] = {}
        self._agents: dict[str, str | None] = {}
        self._incomplete: set[str] = set()
        """The calls of whose texts something was not seen."""
        self._made_again: set[str] = set()
        """The calls that have no reply since their worker asked for all of the request."""

    async def look(self, description: WorkflowExecutionDescription) -> LiveText:
        """What is known now."""
        ended: list[LiveReply] = []
        if description.run_id and self._run_id != description.run_id:
            ended += [*await self._ended(description), *self._left(ended)]
            self._run_id, self._last_event, self._replies, self._agents = description.run_id, 0, {}, {}
            self._incomplete, self._made_again = set(), set()  # the next run counts its activities from 1 again
        if description.history_length > self._last_event:
            ended += await self._ended(description)
        if description.status is not WorkflowExecutionStatus.RUNNING:
            return LiveText((*ended, *self._left(ended)))
        # Also those that are not pending any more and whose end is not in the history yet: while a workflow task runs,
        # the server holds such events back.
        running = [replace(each, new_text="", restarted=False) for each in self._without(ended)]
        tools: list[str] = []
        gone = self._gone(ended)
        activities = description.raw_description.pending_activities  # in any order
        for pending in sorted(activities, key=lambda each: (each.scheduled_time.ToNanoseconds(), each.activity_id)):
            name = pending.activity_type.name
            if name in MODEL_CALLS and pending.activity_id not in gone:
                running = [each for each in running if each.activity_id != pending.activity_id]
                running.append(await self._running(pending, description))
            elif name not in _NOT_TOOLS:
                tools.append(name)
        self._replies = {each.activity_id: each for each in running}
        return LiveText((*ended, *running), tuple(tools))

    def _left(self, ended: list[LiveReply]) -> list[LiveReply]:
        """The calls whose run was closed before they ended."""
        left = self._without(ended)
        return [replace(each, new_text="", restarted=False, complete=True, failed=True) for each in left]

    def _without(self, ended: list[LiveReply]) -> list[LiveReply]:
        gone = self._gone(ended)
        return [each for each in self._replies.values() if each.activity_id not in gone]

    def _gone(self, ended: list[LiveReply]) -> set[str]:
        return self._made_again.union(each.activity_id for each in ended)

    async def _running(self, pending: Any, description: WorkflowExecutionDescription) -> LiveReply:
        before = self._replies.get(pending.activity_id)
        attempt = pending.attempt or 1
        details: Any = {}
        if pending.heartbeat_details.payloads:
            converter = self._converter(description, pending)
            details = (await converter.decode(pending.heartbeat_details.payloads))[0]
        elif before is not None and before.attempt == attempt:
            return replace(before, new_text="", restarted=False)  # a heartbeat without details has taken their place
        # The server keeps the details of the attempt before until the next one beats.
        known: dict[str, Any] = details if part(details, "attempt") == attempt else {}
        text: str = known.get("text", "")
        offset: int = known.get("offset", 0)
        reply = LiveReply(
            known.get("agent") or (before.agent_name if before else None),
            self._run_id,
            pending.activity_id,
            attempt,
            text,
            offset,
            tool=known.get("tool"),
        )
        reply = _after(before, reply)
        if offset and reply.new_text == text:
            self._incomplete.add(reply.activity_id)
        return reply

    async def _ended(self, description: WorkflowExecutionDescription) -> list[LiveReply]:
        found, self._last_event = await ended_since(self._client, self._id, self._run_id, description, self._last_event)
        replies: list[LiveReply] = []
        for each in found:
            if each.asked_for_all:
                self._made_again.add(each.activity_id)
                continue
            # Only the first request of an agent says its name; the others name the call that they go on from.
            name = each.agent_name or self._agents.get(each.parent or "")
            ended = LiveReply(name, self._run_id, each.activity_id, each.attempt, each.text, complete=True)
            reply = _after(self._replies.get(each.activity_id), replace(ended, failed=each.failed))
            if each.activity_id in self._incomplete:
                reply = replace(reply, new_text=each.text, restarted=True)
            self._agents[each.activity_id] = reply.agent_name
            replies.append(reply)
        return replies

    def _converter(self, description: WorkflowExecutionDescription, pending: Any) -> DataConverter:
        return self._client.data_converter.with_context(
            ActivitySerializationContext(
                namespace=self._client.namespace,
                workflow_id=self._id,
                workflow_type=description.workflow_type,
                activity_type=pending.activity_type.name,
                activity_id=pending.activity_id,
                activity_task_queue=pending.activity_options.task_queue.name or description.task_queue,
                is_local=False,
            )
        )


def _after(before: LiveReply | None, now: LiveReply) -> LiveReply:
    """The reply with what is new in it."""
    if before is None:
        return replace(now, new_text=now.text)
    now = replace(now, agent_name=now.agent_name or before.agent_name)
    end = before.offset + len(before.text)
    known = now.text[: max(0, end - now.offset)]
    if now.failed or now.attempt != before.attempt or now.offset > end or not _agree(before, now, known):
        return replace(now, new_text=now.text, restarted=bool(before.text))
    return replace(now, new_text=now.text[len(known) :])


def _agree(before: LiveReply, now: LiveReply, known: str) -> bool:
    """Whether what is known of both is the same text."""
    start = max(before.offset, now.offset)
    return before.text[start - before.offset :] == known[start - now.offset :]


def _seen(live: LiveText) -> LiveText:
    """The update as the next one looks if nothing happens."""
    running = (each for each in live.replies if not each.complete)
    return replace(live, replies=tuple(replace(each, new_text="", restarted=False) for each in running))
