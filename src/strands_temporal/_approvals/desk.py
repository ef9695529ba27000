"""The desk of one workflow, where open questions lie: the handlers that show them and take the answers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from strands.interrupt import Interrupt
from temporalio import workflow

from .._errors import ApprovalAnswerError, InvalidOptionError, named
from .._mcp.elicitation import is_elicitation, read
from .._runtime.activation import begins, more_follows_updates
from .answers import APPROVE, ApprovalAnswer, read_answer, refusal
from .pending import PendingApproval, is_asked_by_rule

QUERY = "pending_approvals"
RESPOND = "respond"


@dataclass
class Entry:
    """One open question; its answer goes where the agent keeps it, so that it is never lost between the two."""

    approval: PendingApproval
    interrupt: Interrupt

    @property
    def answered(self) -> bool:
        """Whether someone has answered, or the deadline has."""
        return self.interrupt.response is not None


class Desk:
    """Shows what is open and takes one answer to each."""

    def __init__(self, prefix: str, carried: Callable[[], Collection[str]]) -> None:
        """Register the handlers.

        Args:
            prefix: Stands before their names.
            carried: Ids of what agents that the run before has left wait for, as far as they are there.

        Raises:
            InvalidOptionError: The workflow has handlers of these names, or this is no workflow.
        """
        if not isinstance(prefix, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidOptionError(f"Approvals(prefix=...) takes text, not {named(prefix)}.")
        if not workflow.in_workflow():
            raise InvalidOptionError("Approvals(...) registers handlers of a workflow: make it in one, in __init__.")
        self._query, self._respond = prefix + QUERY, prefix + RESPOND
        handlers: Any = workflow  # its functions are not typed in full
        taken: dict[str, Any] = {
            f"query {self._query!r}": handlers.get_query_handler(self._query),
            f"update {self._respond!r}": handlers.get_update_handler(self._respond),
            f"signal {self._respond!r}": handlers.get_signal_handler(self._respond),
        }
        if found := [name for name, handler in taken.items() if handler is not None]:
            raise InvalidOptionError(
                f"Approvals(prefix={prefix!r}) cannot register its handlers: the workflow has a {found[0]} already. "
                "Give one Approvals to several agents, or each one a prefix of its own: Approvals(prefix='files_')."
            )
        self._carried = carried
        self._open: dict[str, Entry] = {}
        self._answered: set[str] = set()
        self._early: dict[str, ApprovalAnswer] = {}
        handlers.set_query_handler(self._query, self.pending_approvals)
        handlers.set_update_handler(self._respond, self.respond, validator=self.validate)
        handlers.set_signal_handler(self._respond, self.respond_by_signal)

    def open(self, approval: PendingApproval, interrupt: Interrupt) -> Entry:
        """Lay down a question, under an id that no other has or had: else an answer to that might count for this."""
        shown, number = approval.id, 2
        while shown in self._open or shown in self._answered:
            shown, number = f"{approval.id}#{number}", number + 1
        entry = Entry(replace(approval, id=shown), interrupt)
        self._open[shown] = entry
        if (answer := self._early.pop(shown, None)) is not None:
            with contextlib.suppress(ApprovalAnswerError):  # one that does not fit leaves the question open
                self._take(answer)
        return entry

    def close(self, entries: Iterable[Entry]) -> None:
        """Take questions away."""
        for each in entries:
            del self._open[each.approval.id]
            if each.answered:
                self._answered.add(each.approval.id)

    def pending_approvals(self) -> list[dict[str, Any]]:
        """The query: what nobody has answered."""
        return [each.approval.to_json() for each in self._open.values() if not each.answered]

    def validate(self, *arguments: Any) -> None:
        """The update's validator: whatever does not fit is refused and leaves no trace in the history."""
        answer = self._parse(arguments)
        if self._is_known(answer.id) or not self._may_be_asked(answer.id):
            self._entry_for(answer)

    def _may_be_asked(self, approval_id: str) -> bool:
        """Whether what the workflow gets in this step after its updates may lead to a question the sender has seen."""
        if not begins():
            return more_follows_updates()
        carried = self._carried()
        return workflow.info().continued_run_id is not None and (not carried or approval_id in carried)

    def respond(self, *arguments: Any) -> None:
        """The update.

        It never waits: Temporal cannot replay an update that ends in a later step of the workflow task that began it.
        So an answer that a replaying worker is given before the question, which its sender has seen, is kept for it.
        """
        answer = self._parse(arguments)
        if self._is_known(answer.id):
            self._take(answer)
        else:
            self._early[answer.id] = answer

    def _is_known(self, approval_id: str) -> bool:
        return approval_id in self._open or approval_id in self._answered or approval_id in self._early

    def _take(self, answer: ApprovalAnswer) -> None:
        entry = self._entry_for(answer)
        if answer.approve:
            entry.interrupt.response = APPROVE if answer.response is None else answer.response
        else:
            entry.interrupt.response = refusal(answer.message)

    def respond_by_signal(self, *arguments: Any) -> None:
        """The signal: the same for senders that do not wait; what does not fit is logged, and changes nothing."""
        try:
            self._take(self._parse(arguments))
        except ApprovalAnswerError as error:
            workflow.logger.warning("Signal %r was ignored: %s", self._respond, error.message)

    def _parse(self, arguments: tuple[Any, ...]) -> ApprovalAnswer:
        try:
            return read_answer(arguments)
        except ValueError as error:
            raise self._refused(f"It {error}.") from None

    def _entry_for(self, answer: ApprovalAnswer) -> Entry:
        entry = self._open.get(answer.id)
        over = answer.id in self._answered or answer.id in self._early
        if (entry is not None and entry.answered) or (entry is None and over):
            raise self._refused(f"Approval {answer.id!r} has been answered; the first answer counts.")
        if entry is None:
            raise self._refused(f"No approval has the id {answer.id!r}.")
        if answer.response not in (None, APPROVE) and is_asked_by_rule(entry.interrupt):
            raise self._refused(f"Approval {answer.id!r} takes no `response`, only `approve` and `message`.")
        if answer.approve and is_elicitation(entry.interrupt):
            try:
                read(APPROVE if answer.response is None else answer.response, entry.interrupt.reason)
            except ValueError as error:
                raise self._refused(f"Approval {answer.id!r} asks for a `response`: it {error}.") from None
        return entry

    def _refused(self, problem: str) -> ApprovalAnswerError:
        pending = ", ".join(
            f"{each.approval.id!r} ({each.approval.tool_name or each.approval.name})"
            for each in self._open.values()
            if not each.answered
        )
        return ApprovalAnswerError(f"{self._respond!r}: {problem} Pending: {pending or 'nothing'}.")
