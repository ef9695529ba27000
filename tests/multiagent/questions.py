"""Workflows that ask: queries tell what, and the answers come by a signal."""

from __future__ import annotations

from typing import Any

from temporalio import workflow


class Asks:
    """What workflows that ask have in common."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self._answers: list[Any] = []

    @workflow.query
    def waits_for(self) -> list[Any]:
        return self.asked

    @workflow.signal
    def answer(self, answer: Any) -> None:
        self._answers.append(answer)

    async def answered(self, *asked: Any) -> Any:
        """The answer to questions; where a workflow task is done again, it may be there before they are asked."""
        self.asked = list(asked)
        await workflow.wait_condition(lambda: bool(self._answers))
        return self._answers.pop(0)

    async def until_done(self, agent: Any, prompt: str) -> str:
        """What an agent says in the end, after each of its questions was answered; they ask one at a time."""
        result = await agent.invoke_async(prompt)
        while result.stop_reason == "interrupt":
            (asked,) = result.interrupts
            response = await self.answered(*self.asked, asked.reason)
            result = await agent.invoke_async([{"interruptResponse": {"interruptId": asked.id, "response": response}}])
        return str(result).strip()
