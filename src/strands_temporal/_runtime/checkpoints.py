"""Lets an agent's turn stop at a boundary of its loop, and only there where it is time to.

Private names of Strands used here: `Agent._checkpointing`, which the loop looks at after each model call and each batch
of tool calls, and `Agent._checkpoint`, from which it goes on. With `checkpointing=True` alone, each boundary would be
a stop: two invocations for each model call, with their hooks, and a window that moves in the middle of a turn.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from strands import Agent
from strands.agent.conversation_manager import NullConversationManager
from strands.experimental.checkpoint import Checkpoint


class TimeToStop:
    """What the loop looks at; once it is true, it stays so, and the invocation ends without moving the window."""

    def __init__(self, agent: Agent, due: Callable[[], bool]) -> None:
        self._agent = agent
        self._due = due
        self.manager = agent.conversation_manager
        self.came = False

    def __bool__(self) -> bool:
        if not self.came and self._due():
            self.came = True
            # A pause is not the end of a turn: in the next run the model has to see all that it saw in this one.
            self.manager = self._agent.conversation_manager
            self._agent.conversation_manager = NullConversationManager()
        return self.came


@contextmanager
def stopping(agent: Agent, due: Callable[[], bool], resume: Checkpoint | None) -> Generator[TimeToStop, None, None]:
    """Let the invocation within stop where it is time to; its result then has the stop reason `checkpoint`.

    Args:
        agent: The agent.
        due: Whether it is time; asked at each boundary.
        resume: Where the turn stopped, if it did; then the invocation has no prompt.

    Yields:
        Whether it was time, by `came`. A turn that ended all the same has not moved the window.
    """
    time_to_stop = TimeToStop(agent, due)
    before, agent._checkpointing = agent._checkpointing, time_to_stop  # type: ignore[assignment]
    agent._checkpoint = resume
    try:
        yield time_to_stop
    finally:
        agent._checkpointing, agent._checkpoint = before, None
        if time_to_stop.came:
            agent.conversation_manager = time_to_stop.manager
