"""What a conversation must come to: the expected answers, from the texts and the rule of what is kept alone."""

from __future__ import annotations

from typing import Any

from .messages import text_of, tool_result, tool_use_of, user
from .replies import reply
from .text import found, prompt

WINDOW = 40
"""Messages that Strands' default window keeps; the turns here fill it exactly, so it needs no rule for broken pairs."""


class Transcript:
    """A conversation as it must go."""

    def __init__(self, name: str, *, kept: int | None) -> None:
        """Create it, before its first turn.

        Args:
            name: By which its texts differ from those of others.
            kept: Messages kept after a turn, None for all; 0 if the model gets nothing but the new message.
        """
        self.turns = 0
        self._name = name
        self._kept = kept
        self._messages: list[Any] = []

    def turn(self, action: str) -> tuple[str, str]:
        """The next turn's prompt, and the answer that it must get."""
        self.turns += 1
        asked = prompt(self._name, self.turns, action)
        self._hear(user(asked))
        while use := tool_use_of(self._answer()):
            self._hear(tool_result(use, found(use["input"]["query"])))
        answer = text_of(self._messages[-1])
        if self._kept:
            self._messages = self._messages[-self._kept :]
        return asked, answer

    def _hear(self, message: Any) -> None:
        self._messages = [*(self._messages if self._kept != 0 else []), message]

    def _answer(self) -> Any:
        self._messages.append(reply(self._messages))
        return self._messages[-1]
