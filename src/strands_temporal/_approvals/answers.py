"""What a human answers: approval or denial, as the client sends it and as the agent gets it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

APPROVE = "approve"
DENY = "deny"
_DENIED = "The call was denied"


@dataclass(frozen=True)
class ApprovalAnswer:
    """An answer to a `PendingApproval`, the argument of the update or signal `respond`.

    Attributes:
        id: The `id` of the pending approval.
        approve: Whether the call may run.
        message: Of a denial: words that the model reads.
        response: Of an approval, where a tool or hook of yours asked: the value that its `interrupt(...)` returns;
            `"approve"` by default.
    """

    id: str
    approve: bool
    message: str | None = None
    response: Any = None


class Refusal(str):
    """The response to an interrupt that was denied: whatever asked reads `deny`, and its tool does not run."""

    __slots__ = ()

    @property
    def words(self) -> str:
        """What the model reads as the call's result."""
        return denial(self.removeprefix(DENY).removeprefix(": "))


def refusal(message: str | None) -> Refusal:
    """A refusal with what a human said about it."""
    return Refusal(f"{DENY}: {message}" if message else DENY)


def denial(message: str = "") -> str:
    """What the model reads of a call that was denied."""
    return f"{_DENIED}: {message}" if message else f"{_DENIED}."


def read_answer(arguments: tuple[Any, ...]) -> ApprovalAnswer:
    """Read the arguments of `respond`; they are JSON values under most converters, whatever was sent.

    Raises:
        ValueError: They are not one answer; the message says what is wrong, without naming the handler.
    """
    if len(arguments) != 1:
        raise ValueError(f"takes one ApprovalAnswer, not {len(arguments)} arguments")
    (given,) = arguments
    if dataclasses.is_dataclass(given) and not isinstance(given, type):
        given = dataclasses.asdict(given)
    if not isinstance(given, Mapping):
        raise ValueError(f"takes an ApprovalAnswer, not {type(given).__name__}")
    fields = dict(cast(Mapping[str, Any], given))
    known = {field.name for field in dataclasses.fields(ApprovalAnswer)}
    if unknown := sorted(map(str, fields.keys() - known)):
        raise ValueError(f"takes the fields {', '.join(sorted(known))}; it was sent {', '.join(unknown)}")
    if not isinstance(fields.get("id"), str):
        raise ValueError("takes an `id`, the text that stands in the pending approval")
    if not isinstance(fields.get("approve"), bool):  # "no" is as true as "yes"
        raise ValueError("takes `approve`, which is true or false and nothing else")
    answer = ApprovalAnswer(**fields)
    if answer.message is not None and not isinstance(answer.message, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValueError("takes a `message` that is text")
    if not answer.approve and answer.response is not None:
        raise ValueError("takes no `response` with a denial; put words for the model into `message`")
    if answer.approve and answer.message is not None:
        raise ValueError("takes no `message` with an approval; what a tool asked for goes into `response`")
    return answer
