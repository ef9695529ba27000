"""The interrupts of an agent as plain JSON values, for continue-as-new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from strands import Agent

from .._errors import InvalidOptionError
from .._model import codec
from .._runtime.interrupt_state import InterruptState
from .answers import Refusal
from .pending import as_json

_VERSION = 1


def carried_interrupts(agent: Agent) -> dict[str, Any] | None:
    """What an agent waits for, to be carried into a new run.

    It holds the interrupts, the answers that came, the calls that wait and the results of those beside them. The
    conversation is not in it: pass `agent.messages` too.

    Args:
        agent: An agent that no invocation is running of.

    Returns:
        Plain JSON values for `restore_interrupts`; None where the agent waits for nothing.

    Raises:
        InvalidOptionError: A hook has put something into the agent's interrupts that is no JSON value.
    """
    state = InterruptState(agent)
    if not state.waiting:
        return None
    refused = [each.id for each in state.interrupts.values() if isinstance(each.response, Refusal)]
    data = state.to_dict()
    for interrupt in data["interrupts"].values():
        interrupt["reason"] = codec.decode(as_json(interrupt["reason"]))
    try:
        return {"version": _VERSION, "refused": refused, "state": codec.encode(data)}
    except TypeError as error:
        raise InvalidOptionError(
            f"The interrupts of agent {agent.name!r} cannot be carried into a new run: {error}. Answer with JSON "
            "values, and keep them in what hooks note."
        ) from error


def restore_interrupts(agent: Agent, carried: Mapping[str, Any] | None) -> None:
    """Let a new agent wait for what another one waited for, in an earlier run.

    Args:
        agent: An agent with the same tools, made with the `messages` of the other.
        carried: What `carried_interrupts` gave; with None nothing is done.

    Raises:
        InvalidOptionError: `carried` is something else, or the agent has not the messages that belong to it.
    """
    if carried is None:
        return
    if not isinstance(carried, Mapping) or carried.get("version") != _VERSION:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidOptionError("restore_interrupts(agent, carried) takes what carried_interrupts(agent) gave.")
    refused = set(cast(list[str], carried["refused"]))
    data = codec.decode(carried["state"])
    execution: Any = data.get("pending_tool_execution") or {}
    called: Any = execution.get("assistant_message")
    if called and (not agent.messages or agent.messages[-1]["content"] != called["content"]):
        raise InvalidOptionError(
            f"The calls that wait for an answer are not the last message of agent {agent.name!r}. Make it with the "
            "conversation of the earlier run, TemporalAgent(messages=...), and restore its interrupts before it is "
            "invoked."
        )
    InterruptState(agent).restore(data, lambda id, response: Refusal(response) if id in refused else response)
