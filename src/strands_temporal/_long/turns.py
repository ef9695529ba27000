"""Turns: the turns of a chat in their order, each answered once, in whichever run its answer comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from .._agent_errors import failing_the_workflow
from .._errors import InvalidOptionError, named
from .._failures import NO_WORDS, said_by
from .._model import codec
from .turn import continue_as_new_suggested

GOES_ON = "TurnGoesOnError"
"""Error type of an update whose answer comes in the next run."""

_VERSION = 1


@dataclass
class TurnsState:
    """What `Turns` takes into a new run.

    Attributes:
        waiting: The turns without an answer, in their order; the first may be under way.
        answers: The latest answers, by the ids of their updates, for clients that ask again.
        version: Version of this form.
    """

    waiting: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    answers: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    version: int = _VERSION


class Turns:
    """Queues what updates ask, for the workflow's main function to answer one after the other.

    An update cannot outlive its run. So one that has no answer when the run is left fails with an error of type
    `TurnGoesOnError`; its prompt is carried on, and the same update sent again, with the same id, gets the answer in
    the next run. `strands_temporal.execute_turn` does that for a client.

    Made in the workflow's `__init__`. The main function answers within `async with turns:`, at whose end the updates
    return; so before it continues as new.
    """

    def __init__(self, state: TurnsState | None = None, *, remembered: int = 20) -> None:
        """Create the queue.

        Args:
            state: `state` of the run before; None in the first.
            remembered: How many of the latest answers are taken into the next run.

        Raises:
            InvalidOptionError: `state` was written by a newer version, or `remembered` is negative.
        """
        state = state or TurnsState()
        if state.version != _VERSION:
            raise InvalidOptionError(f"This TurnsState has version {state.version!r}; this version reads {_VERSION}.")
        if type(remembered) is not int or remembered < 0:
            raise InvalidOptionError(f"Turns(remembered=...) takes a number of 0 or more, not {named(remembered)}.")
        self._waiting = list(state.waiting)
        self._answers = dict(state.answers)
        self._remembered = remembered
        self._leaving = self._begun = False

    async def ask(self, prompt: Any) -> Any:
        """In an update's handler: queue the prompt, wait for its answer, and return it.

        Args:
            prompt: Text, or another prompt of an agent: JSON values and bytes.

        Returns:
            What `answer` was given.

        Raises:
            ApplicationError: What `fail` was given; or, of type `TurnGoesOnError`, the answer comes in the next run.
            InvalidOptionError: Not called in an update's handler.
        """
        info = workflow.current_update_info()
        if info is None:
            raise InvalidOptionError("Turns.ask(...) is for handlers of updates: a turn has its update's id.")
        if not self._leaving and info.id not in self._answers and all(each["id"] != info.id for each in self._waiting):
            self._waiting.append({"id": info.id, "prompt": codec.encode(prompt)})
        await workflow.wait_condition(lambda: info.id in self._answers or self._leaving)
        if info.id not in self._answers:
            _raise_goes_on(info.id)
        answer = self._answers[info.id]
        if "error" in answer:
            raise ApplicationError(answer["error"], type=answer["type"], non_retryable=True)
        return codec.decode(answer["value"])

    async def next(
        self, until: Callable[[], bool] = lambda: False, *, leave_when: Callable[[], bool] = continue_as_new_suggested
    ) -> Any:
        """In the main function: wait for the next turn.

        Args:
            until: Whether the chat has ended; turns that were asked before are answered all the same.
            leave_when: Whether it is time to continue as new, as for `run_turn`.

        Returns:
            Its prompt; None when it is time to leave, or nothing waits and the chat has ended. It stays the next until
            `answer` or `fail` is called.
        """
        await workflow.wait_condition(lambda: bool(self._waiting) or until() or leave_when())
        # What the run before has left is begun in any case: a threshold that a new run exceeds must not stop the chat.
        if not self._waiting or (self._begun and leave_when()):
            return None
        self._begun = True
        return codec.decode(self._waiting[0]["prompt"])

    def answer(self, value: Any) -> None:
        """Answer the turn that `next` gave.

        Args:
            value: What its update returns: JSON values and bytes.

        Raises:
            InvalidOptionError: There is none, or `value` is something else.
        """
        try:
            self._done({"value": codec.encode(value)})
        except TypeError as error:
            raise InvalidOptionError(f"Turns.answer(...) takes JSON values and bytes: {error}.") from error

    def fail(self, error: BaseException) -> None:
        """Let the update of the turn that `next` gave fail with an error; the chat goes on.

        Raises:
            InvalidOptionError: There is none.
        """
        if isinstance(error, Exception):
            error = failing_the_workflow(error) or error
        kind, words = said_by(error)
        self._done({"error": words or NO_WORDS, "type": kind})

    def _done(self, answer: dict[str, Any]) -> None:
        if not self._waiting:
            raise InvalidOptionError("No turn is under way: Turns.next() gives the one that is answered.")
        self._answers[self._waiting.pop(0)["id"]] = answer

    async def __aenter__(self) -> Turns:
        return self

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Let every update return, answered or not, and wait until all have; an error is the answer to those left."""
        if error is not None and not isinstance(error, workflow.ContinueAsNewError):
            while self._waiting:
                self.fail(error)
        self._leaving = True
        await workflow.wait_condition(workflow.all_handlers_finished)

    @property
    def state(self) -> TurnsState:
        """What the next run's `Turns` is made with; with no turns in `waiting`, the chat may also end here."""
        kept = list(self._answers)[-self._remembered :] if self._remembered else []
        return TurnsState(list(self._waiting), {each: self._answers[each] for each in kept})


def _raise_goes_on(id: str) -> NoReturn:
    raise ApplicationError(
        f"This turn goes on in the next run of the chat, where its answer comes. Send the update again, with the id "
        f"{id!r}, to get it; strands_temporal.execute_turn(...) does.",
        type=GOES_ON,
        non_retryable=True,
    )
