"""Checks what an interrupted agent is resumed with, before anything of it is applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from temporalio import workflow

from .._errors import InterruptResponseError
from .._mcp.elicitation import is_elicitation, read
from .._model.patches import ONE_ANSWER
from .._runtime.interrupt_state import InterruptState
from .answers import Refusal


def check_responses(state: InterruptState, agent_name: str, prompt: Any) -> None:
    """Refuse a prompt that does not fit to what the agent waits for.

    Strands applies the responses one by one until it meets a wrong one; so an agent that was given an approval and a
    mistake would hold the approval.

    Args:
        state: The agent's interrupts.
        agent_name: Its name, for the message.
        prompt: What the agent is invoked with.

    Raises:
        InterruptResponseError: It does not fit. Nothing has changed, and every interrupt still waits.
    """
    if not state.waiting:
        if _is_responses(prompt):
            raise InterruptResponseError(
                f"Agent {agent_name!r} got answers to interrupts and waits for none: they were answered before, or "
                "the agent has not been stopped, or it is another agent. Answer each interrupt of a result once, and "
                "the agent that returned it; after continue-as-new, restore_interrupts(agent, ...) first."
            )
        return
    if not isinstance(prompt, list):
        given = "no prompt" if prompt is None else f"a prompt of type {type(prompt).__name__}"
        raise _refused(state, agent_name, f"got {given}")
    responses: dict[str, Any] = {}
    for content in cast(list[Any], prompt):
        interrupt_id, response = _read(state, agent_name, content)
        if response is None:  # no answer, also for Strands
            continue
        interrupt = state.interrupts[interrupt_id]
        before = responses.get(interrupt_id, interrupt.response)
        if is_elicitation(interrupt) and not isinstance(response, Refusal):
            try:
                read(response, interrupt.reason)
            except ValueError as error:
                problem = f"got an answer to interrupt {interrupt_id!r} that does not fit; it {error}"
                raise _refused(state, agent_name, problem) from None
        if before is not None and before != response and workflow.patched(ONE_ANSWER):
            raise _refused(
                state,
                agent_name,
                f"got the answer {response!r} to interrupt {interrupt_id!r}, which has been answered with {before!r}; "
                "the first answer counts",
            )
        responses[interrupt_id] = response


def _is_responses(prompt: Any) -> bool:
    if not isinstance(prompt, list) or not prompt:
        return False
    return all(isinstance(each, Mapping) and "interruptResponse" in each for each in cast(list[Any], prompt))


def _read(state: InterruptState, agent_name: str, content: Any) -> tuple[str, Any]:
    fields: Any = content.get("interruptResponse") if isinstance(content, Mapping) and len(content) == 1 else None  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(fields, Mapping) or not {"interruptId", "response"} <= fields.keys():
        raise _refused(state, agent_name, f"got {_short(content)}")
    interrupt_id, response = cast(tuple[Any, Any], (fields["interruptId"], fields["response"]))
    if not isinstance(interrupt_id, str) or interrupt_id not in state.interrupts:
        raise _refused(state, agent_name, f"got an answer to interrupt {interrupt_id!r}, which it has not")
    return interrupt_id, response


def _refused(state: InterruptState, agent_name: str, problem: str) -> InterruptResponseError:
    waiting = ", ".join(f"{each.id!r} ({each.name})" for each in state.pending())
    return InterruptResponseError(
        f"Agent {agent_name!r} waits for answers to interrupts and {problem}. Nothing was applied. Resume it with "
        "[{'interruptResponse': {'interruptId': interrupt.id, 'response': ...}}]; it waits for: "
        f"{waiting or 'nothing more, [] resumes it'}."
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
