"""Approvals: asks for the calls that its rule names, answers queries and updates about them, and waits."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from strands import Agent
from strands.agent import AgentResult
from strands.hooks import AgentInitializedEvent, BeforeToolCallEvent, HookOrder, HookProvider, HookRegistry
from strands.interrupt import InterruptException
from strands.types.agent import AgentInput
from temporalio import workflow

from .._errors import InvalidOptionError, named
from .._mcp.elicitation import takes_approval
from .._runtime.interrupt_state import InterruptState
from .._runtime.tool_events import ToolResultEvent
from .._runtime.tool_middleware import ExecuteToolContext, NextCall, wrap_tool_calls
from .._tools.results import render_error
from . import pending
from .answers import APPROVE, Refusal, denial, refusal
from .desk import Desk
from .rule import Rule, ToolRule


class Approvals(HookProvider):
    """Lets calls of tools wait for a human; a hook provider of agents, and the handlers of their workflow.

    The workflow answers the query `pending_approvals`, a list of `PendingApproval`, and takes an `ApprovalAnswer` by
    the update `respond`, which refuses what does not fit, or by the signal of the same name, which logs it. Every
    other interrupt of these agents, of a hook, a tool or an activity, waits there too.
    """

    def __init__(
        self,
        tools: ToolRule = (),
        *,
        deadline: timedelta | None = None,
        default: Literal["approve", "deny"] = "deny",
        prefix: str = "",
    ) -> None:
        """Register the handlers; in the workflow's `__init__`, so that they are there from the start.

        Args:
            tools: Which calls need approval: names of tools, those of MCP servers included, a function of the
                `ToolUse` that returns whether this one does, or several of both. By default the rule names none.
            deadline: How long a call waits for its answer; without limit by default.
            default: The answer when the deadline has passed.
            prefix: Stands before the names of the handlers, where a workflow has several `Approvals`.

        Raises:
            InvalidOptionError: An argument has a wrong type or value, the workflow has handlers of these names, or
                this is no workflow.
        """
        self._rule = Rule(tools)
        if deadline is not None and (not isinstance(deadline, timedelta) or deadline <= timedelta(0)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidOptionError(
                f"Approvals(deadline=...) takes a timedelta of more than 0, not {named(deadline)}."
            )
        if default not in ("approve", "deny"):
            raise InvalidOptionError(f"Approvals(default=...) is 'approve' or 'deny', not {named(default)}.")
        self._deadline = deadline
        self._default = default
        self._agents: weakref.WeakSet[Any] = weakref.WeakSet()
        self._desk = Desk(
            prefix, lambda: {each.id for agent in self._agents for each in InterruptState(agent).pending()}
        )
        self._gated: weakref.WeakSet[Any] = weakref.WeakSet()

    def register_hooks(self, registry: HookRegistry, **kwargs: Any) -> None:
        """See base class."""
        registry.add_callback(AgentInitializedEvent, lambda event: self._agents.add(event.agent))
        registry.add_callback(BeforeToolCallEvent, self._before_tool_call, order=HookOrder.SDK_LAST)

    def _before_tool_call(self, event: BeforeToolCallEvent[Any]) -> None:
        agent = event.agent
        self._agents.add(agent)
        if agent not in self._gated:
            # Inside of all that the agent's other middleware does to a call, for that is there by now; so is every
            # tool, those of MCP servers too.
            self._refuse_unknown_names()
            wrap_tool_calls(agent, self._gate)
            self._gated.add(agent)
        if event.selected_tool is not None:
            # A rule that raises ends the workflow from here; from the gate, the model would be told of it.
            self._rule.covers(event.selected_tool.tool_name, event.tool_use)

    def _refuse_unknown_names(self) -> None:
        known = {name for agent in self._agents for name in agent.tool_registry.registry}
        if unknown := sorted(self._rule.names - known):
            raise InvalidOptionError(
                f"Approvals(tools=...) names {', '.join(map(repr, unknown))}, and no agent with these Approvals has "
                f"such a tool; they have {', '.join(map(repr, sorted(known)))}. A call would run unasked. Correct the "
                "name; for tools that come later, give a function: tools=lambda tool_use: tool_use['name'] == '...'."
            )

    async def _gate(self, context: ExecuteToolContext, next_fn: NextCall) -> AsyncGenerator[Any, None]:
        tool, use = context.tool, context.tool_use
        if tool is not None and self._rule.covers(tool.tool_name, use):
            asked = pending.ask(tool.tool_name, use)
            known = InterruptState(context.agent).interrupts.get(asked.id)  # pyright: ignore[reportArgumentType]
            response = None if known is None else known.response
            if response is None:
                raise InterruptException(asked)
            if response != APPROVE:
                words = response.words if isinstance(response, Refusal) else denial()
                yield ToolResultEvent(render_error(use["toolUseId"], words))
                return
        async for event in next_fn(context):
            yield event

    async def run(
        self,
        agent: Agent,
        prompt: AgentInput = None,
        *,
        leave_when: Callable[[], bool] | None = None,
        **options: Any,
    ) -> AgentResult:
        """Invoke an agent, and resume it with the answers each time it stops for interrupts, until it has finished.

        Args:
            agent: A `TemporalAgent`. One that waits for answers, as after `restore_interrupts`, is resumed.
            prompt: As for `agent.invoke_async`; None for an agent that waits.
            leave_when: Ends the waiting when it is true: then the result has the `stop_reason` `interrupt`, and the
                agent still waits. It is looked at after each step of the workflow, as by `workflow.wait_condition`;
                `workflow.info().is_continue_as_new_suggested` is one.
            **options: Further arguments of `agent.invoke_async`, given each time.

        Returns:
            The agent's result.

        Raises:
            InvalidOptionError: `agent` is no `TemporalAgent`.
            InterruptResponseError: A prompt for an agent that waits for answers.
            Exception: What the agent raises.
        """
        from .._agent import TemporalAgent  # that imports this package

        if not isinstance(agent, TemporalAgent):
            raise InvalidOptionError(f"Approvals.run(agent) takes a TemporalAgent, not {type(agent).__name__}.")
        state = InterruptState(agent)
        if state.waiting and prompt is None:
            result = AgentResult("interrupt", state.assistant_message, agent.event_loop_metrics, {}, state.pending())
        else:
            result = await agent.invoke_async(prompt, **options)
        while result.stop_reason == "interrupt":
            if not await self._wait(agent, leave_when):
                return replace(result, interrupts=state.pending())
            result = await agent.invoke_async(state.responses(), **options)
        return result

    async def _wait(self, agent: Agent, leave_when: Callable[[], bool] | None) -> bool:
        """Wait until everything is answered; False if it was left."""
        state = InterruptState(agent)
        entries = [
            self._desk.open(pending.due(approval, self._due(state, interrupt.id)), interrupt)
            for interrupt in state.pending()
            for approval in [pending.describe(interrupt, agent.name, state.tool_use_of(interrupt.id))]
        ]
        try:
            while unanswered := [each for each in entries if not each.answered]:
                due = min((each.approval.deadline for each in unanswered if each.approval.deadline), default=None)
                now = workflow.now()
                if due is not None and due <= now:
                    self._answer_by_default([each for each in unanswered if each.approval.deadline == due])
                    continue
                try:
                    await workflow.wait_condition(
                        lambda: all(each.answered for each in entries) or (leave_when is not None and leave_when()),
                        timeout=None if due is None else due - now,
                        timeout_summary="deadline of approvals",
                    )
                except asyncio.TimeoutError:
                    self._answer_by_default([each for each in unanswered if each.approval.deadline == due])
                else:
                    if not all(each.answered for each in entries):
                        return False
            return True
        finally:
            self._desk.close(entries)

    def _due(self, state: InterruptState, interrupt_id: str) -> datetime | None:
        if self._deadline is None:
            return None
        asked_at = datetime.fromtimestamp(state.asked_at(interrupt_id, workflow.time()), timezone.utc)
        return asked_at + self._deadline

    def _answer_by_default(self, entries: list[Any]) -> None:
        for each in entries:
            if not each.answered:
                approved = self._default == "approve" and takes_approval(each.interrupt)
                each.interrupt.response = APPROVE if approved else refusal("nobody answered in time.")
