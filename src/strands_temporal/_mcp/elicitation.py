"""Elicitations of MCP servers as interrupts: their ids, what stands in them, and what answers them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from strands.interrupt import Interrupt

from .._runtime.interrupt_state import id_in_agent
from .schema import problem_of

NAME = "elicitation"
"""Name of these interrupts."""

MARK = "strands_temporal:elicitation:"
"""Beginning of their ids."""

_ACTIONS = {"accept": "accept", "approve": "accept", "decline": "decline", "cancel": "cancel"}


def interrupt(server: str, use_id: str, asked: Mapping[str, Any], before: int) -> Interrupt:
    """What a server asks, as an interrupt. Its id is the same whenever a call asks the same.

    Args:
        server: Name of the server.
        use_id: Id of the call.
        asked: The parameters of `elicitation/create`, as the protocol writes them.
        before: How many times this call has asked the same before.
    """
    # An address is often made anew each time, and so is its id: what the user has been told counts.
    said = [asked.get("mode", "form"), asked["message"], asked.get("requestedSchema")]
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]
    return Interrupt(id=f"{MARK}{use_id}:{digest}:{before}", name=NAME, reason={"server": server, **asked})


def is_elicitation(interrupt: Interrupt) -> bool:
    """Whether an interrupt is an elicitation, be it of a sub-agent."""
    return id_in_agent(interrupt.id).startswith(MARK) and isinstance(interrupt.reason, Mapping)


def answers(interrupts: Iterable[Interrupt], use_id: str) -> dict[str, Any]:
    """What was answered to a call's elicitations, as the protocol writes it, by the interrupts' ids."""
    mine = [each for each in interrupts if each.id.startswith(f"{MARK}{use_id}:")]
    return {each.id: read(each.response, each.reason) for each in mine if each.response is not None}


def read(response: Any, reason: Mapping[str, Any]) -> dict[str, Any]:
    """Read an answer.

    Args:
        response: `{"action": "accept", "content": {...}}`, an action, or the content alone, which accepts.
        reason: The interrupt's.

    Returns:
        The answer as the protocol writes it.

    Raises:
        ValueError: It is none, or its content does not fit to the requested schema; the message says why.
    """
    action, content = _parts(response)
    if action is None:
        raise ValueError(
            "takes {'action': 'accept', 'content': {...}}, the content alone, 'decline' or 'cancel', not "
            f"{_short(response)}"
        )
    if action != "accept":
        return {"action": action}
    if reason.get("mode") == "url":
        if content:
            raise ValueError("takes no content, only 'accept', 'decline' or 'cancel': the rest happens at its `url`")
        return {"action": action}
    fields: dict[str, Any] = content or {}
    if problem := problem_of(fields, reason.get("requestedSchema") or {}):
        raise ValueError(f"takes content by its `requestedSchema`: {problem}")
    return {"action": action, "content": fields}


def takes_approval(interrupt: Interrupt) -> bool:
    """Whether an interrupt can be answered by `approve` alone; an elicitation that requires content cannot."""
    if not is_elicitation(interrupt):
        return True
    try:
        read("approve", interrupt.reason)
    except ValueError:
        return False
    return True


def _parts(response: Any) -> tuple[str | None, Any]:
    if isinstance(response, str):
        return _ACTIONS.get(response), None
    if not isinstance(response, Mapping):
        return None, None
    given = dict(cast(Mapping[str, Any], response))
    if given.keys() <= {"action", "content"} and isinstance(given.get("content"), (Mapping, type(None))):
        action = given.get("action")
        if action in ("accept", "decline", "cancel"):
            return action, given.get("content")
    return "accept", given


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
