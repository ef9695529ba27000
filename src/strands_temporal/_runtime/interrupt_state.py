"""The interrupts of one agent: which tool calls asked, what was answered, and all of it as JSON values.

Private names of Strands used here: `Agent._interrupt_state`, which Strands offers no other way to, with its `context`,
where Strands keeps notes until the calls of one message are done, and `_InterruptState.from_dict`. Strands does not
note which tool call raised an interrupt, and this does; ids of interrupts in a sub-agent begin with
`v1:agent_as_tool:` for its parent.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from strands import Agent
from strands.interrupt import Interrupt, _InterruptState
from strands.types.interrupt import InterruptResponseContent
from strands.types.tools import ToolUse

_KEY = "strands_temporal"
OF_SUB_AGENT = "v1:agent_as_tool:"
"""Beginning of the ids of what a sub-agent asks, for its parent."""

OF_TOOL_CALL = "v1:tool_call:"
"""Beginning of the ids of what a tool asks by its `ToolContext`."""

_PATH = re.compile(f"(?:{OF_SUB_AGENT}[^:]*:)*")


def id_in_agent(interrupt_id: str) -> str:
    """The id that an interrupt has in the agent that asks, be it a sub-agent's, and its."""
    return _PATH.sub("", interrupt_id, count=1)


class InterruptState:
    """A view of an agent's interrupts; it holds nothing of its own."""

    def __init__(self, agent: Agent) -> None:
        """Look at an agent.

        Args:
            agent: The agent; Strands may replace its state, so it is looked up each time.
        """
        self._agent = agent

    @property
    def _state(self) -> _InterruptState:
        return self._agent._interrupt_state

    @property
    def waiting(self) -> bool:
        """Whether the agent is stopped, or is just being resumed."""
        return self._state.activated

    @property
    def interrupts(self) -> dict[str, Interrupt]:
        """Every interrupt of the calls that are under way, answered or not, by id."""
        return self._state.interrupts

    @property
    def assistant_message(self) -> Any:
        """The message whose tool calls are under way, or None."""
        execution = self._state.pending_tool_execution
        return execution.assistant_message if execution else None

    def note(self, event: Any) -> None:
        """Take notes of an event of the agent's stream: which call asked, and what the agent stopped for."""
        if "tool_interrupt_event" in event:
            asked = event["tool_interrupt_event"]
            self._note_asked(asked["tool_use"]["toolUseId"], asked["interrupts"])
        elif "result" in event and event["result"].stop_reason == "interrupt":
            self._note_stopped(event["result"].interrupts or ())

    def _notes(self, name: str) -> dict[str, Any]:
        return self._state.context.setdefault(_KEY, {}).setdefault(name, {})

    def _note_asked(self, use_id: str, interrupts: Iterable[Interrupt]) -> None:
        ids: list[str] = []
        for each in interrupts:
            # One that a hook raises by itself is not known to Strands, which then takes no answer to it. One that is
            # raised again, by a tool that has been answered, is a new question.
            known = self._state.interrupts.setdefault(each.id, each)
            if known.response is not None:
                self._notes("at").pop(each.id, None)
            known.reason, known.response = each.reason, None
            ids.append(each.id)
        self._notes("latest")[use_id] = ids
        every = self._notes("every").setdefault(use_id, [])
        every.extend(each for each in ids if each not in every)

    def _note_stopped(self, interrupts: Iterable[Interrupt]) -> None:
        for each in interrupts:
            self._state.interrupts.setdefault(each.id, each)
        self._notes("stopped").clear()
        self._notes("stopped").update(dict.fromkeys(each.id for each in interrupts))
        of_calls = {each for ids in self._notes("every").values() for each in ids}
        if self._state.pending_tool_execution is not None:
            of_batch = [each.id for each in interrupts if each.id not in of_calls]
            every = self._notes("every").setdefault("", [])
            every.extend(each for each in of_batch if each not in every)

    def pending(self) -> list[Interrupt]:
        """What the agent stopped for and nobody has answered."""
        return [each for each in self._stopped() if each.response is None]

    def _stopped(self) -> list[Interrupt]:
        if not self._state.activated:
            return []
        return [self._state.interrupts[each] for each in self._notes("stopped") if each in self._state.interrupts]

    def responses(self) -> list[InterruptResponseContent]:
        """Every answer, as the prompt that resumes the agent."""
        return [
            {"interruptResponse": {"interruptId": each.id, "response": each.response}}
            for each in self._stopped()
            if each.response is not None
        ]

    def tool_use_of(self, interrupt_id: str) -> ToolUse | None:
        """The call that raised an interrupt, as the model made it."""
        message = self.assistant_message
        uses = [block["toolUse"] for block in (message["content"] if message else ()) if "toolUse" in block]
        every = self._notes("every")
        return next((use for use in uses if interrupt_id in every.get(use["toolUseId"], ())), None)

    def has_asked(self, use_id: str, interrupt_id: str) -> bool:
        """Whether a call has raised that interrupt, since its message came."""
        return interrupt_id in self._notes("every").get(use_id, ())

    def unanswered(self, use_id: str) -> list[Interrupt]:
        """What a call asked when it last ran, if not one of it has been answered."""
        latest = self._found(self._notes("latest").get(use_id, ()))
        return [] if any(each.response is not None for each in latest) else latest

    def responses_of(self, use_id: str) -> list[Any]:
        """The responses to what a call or its batch has asked; those of a sub-agent's calls are for the sub-agent."""
        every = self._notes("every")
        ids = [*every.get("", ()), *every.get(use_id, ())]
        return [each.response for each in self._found(ids) if not each.id.startswith(OF_SUB_AGENT)]

    def _found(self, ids: Iterable[str]) -> list[Interrupt]:
        return [self._state.interrupts[each] for each in ids if each in self._state.interrupts]

    def asked_at(self, interrupt_id: str, now: float) -> float:
        """When an interrupt was first looked at, in seconds since 1970."""
        return self._notes("at").setdefault(interrupt_id, now)

    def keep_of_call(self, use_id: str, value: Any) -> None:
        """Keep JSON values for a call until it is run again."""
        self._notes("kept")[use_id] = value

    def taken_of_call(self, use_id: str) -> Any:
        """What was kept for a call, which is then kept no longer; None if nothing."""
        return self._notes("kept").pop(use_id, None) if self._state.activated else None

    def to_dict(self) -> dict[str, Any]:
        """All of it, with Strands' values as they are."""
        return self._state.to_dict()

    def restore(self, data: Mapping[str, Any], response: Callable[[str, Any], Any]) -> None:
        """Put what `to_dict` gave into the agent.

        Args:
            data: What `to_dict` gave.
            response: Makes the response of an interrupt from its id and what was written.
        """
        state = _InterruptState.from_dict(cast(dict[str, Any], data))
        for each in state.interrupts.values():
            each.response = response(each.id, each.response)
        self._agent._interrupt_state = state
