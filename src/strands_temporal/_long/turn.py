"""run_turn: a turn of an agent that may stop in its middle and go on in a new run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from strands.agent import AgentResult
from strands.types.agent import AgentInput
from temporalio import workflow

from .._agent import TemporalAgent
from .._errors import InvalidOptionError
from .._runtime.checkpoints import stopping
from .._runtime.interrupt_state import InterruptState


def continue_as_new_suggested() -> bool:
    """Whether the server suggests continue-as-new."""
    return workflow.info().is_continue_as_new_suggested()


async def run_turn(
    agent: TemporalAgent,
    prompt: AgentInput = None,
    *,
    leave_when: Callable[[], bool] = continue_as_new_suggested,
    invoke: Callable[..., Awaitable[AgentResult]] | None = None,
    **options: Any,
) -> AgentResult:
    """Invoke an agent for a turn, or go on with the turn that it had to leave in the run before.

    The turn stops when it is time to continue as new, between a model call and its tool calls or after these. The
    result then has Strands' stop reason `checkpoint`: carry `AgentState.of(agent)` into a new run, restore it there,
    and call this again with the same arguments.

    Args:
        agent: The agent.
        prompt: As for `agent.invoke_async`. An agent that stopped in a turn has been told it, and is not told again;
            nor is one that waits for answers, where `invoke` gets them.
        leave_when: Whether it is time to leave the run; by default when the server suggests it, some 4,000 events into
            the history. It is asked at each boundary of the agent's loop, and has to be deterministic, as
            `lambda: workflow.info().get_current_history_length() > 1000` is.
        invoke: Invokes the agent with a prompt, as `functools.partial(approvals.run, agent)` can;
            `agent.invoke_async` by default.
        **options: Further arguments of what invokes the agent, as `invocation_state` or `structured_output_model`.

    Returns:
        The agent's result. `limits` and its metrics count from the start of the run.

    Raises:
        InvalidOptionError: `agent` is no `TemporalAgent`.
        Exception: What the agent raises.
    """
    if not isinstance(agent, TemporalAgent):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidOptionError(f"run_turn(agent) takes a TemporalAgent, not {type(agent).__name__}.")
    resume = agent.paused_at
    told = resume is not None or (invoke is not None and InterruptState(agent).waiting)
    with stopping(agent, leave_when, resume) as time_to_stop:
        result = await (invoke or agent.invoke_async)(None if told else prompt, **options)
    if result.stop_reason == "checkpoint":
        agent.paused_at = result.checkpoint
    elif time_to_stop.came:
        agent.conversation_manager.apply_management(agent)  # pyright: ignore[reportUnknownMemberType]
    return result
