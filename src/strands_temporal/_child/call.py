"""What crosses between an agent's workflow and the one that calls the agent."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from strands.agent import AgentResult

from .._agent import TemporalAgent
from .._approvals.answers import Refusal
from .._errors import InvalidArgumentError
from .._long.state import AgentState
from .._model import codec
from .._model.request import user_state
from .._results import agent_result

_VERSION = 1


@dataclass
class AgentReply:
    """What a workflow that `agent_as_child_workflow` calls returns; made by `AgentCall.answer`.

    Attributes:
        result: The agent's result, as JSON values.
        state: The agent's state, where it waits for answers or its caller keeps the conversation.
        version: Version of this form.
    """

    result: dict[str, Any]
    state: dict[str, Any] | None = None
    version: int = _VERSION


@dataclass
class AgentCall:
    """The argument of a workflow that `agent_as_child_workflow` calls.

    Attributes:
        prompt: What the agent is asked, as JSON values.
        invocation_state: The caller's own entries of it, as JSON values.
        state: The agent's state, where the call goes on with one before.
        refused: Ids of the interrupts that were denied.
        keeps_conversation: Whether the caller wants the state back in any case.
        version: Version of this form.
    """

    prompt: Any = None
    invocation_state: dict[str, Any] = field(default_factory=dict[str, Any])
    state: AgentState | None = None
    refused: list[str] = field(default_factory=list[str])
    keeps_conversation: bool = False
    version: int = _VERSION

    @staticmethod
    def of(
        prompt: Any, invocation_state: Mapping[str, Any] | None, state: dict[str, Any] | None, keeps_conversation: bool
    ) -> AgentCall:
        """Write a call.

        Raises:
            InvalidArgumentError: The prompt holds something that is no JSON value.
        """
        try:
            written = codec.encode(prompt)
        except TypeError as error:
            raise InvalidArgumentError(
                f"The prompt of an agent in a child workflow cannot be recorded: {error}. Give text, content blocks or "
                "messages."
            ) from error
        answers = [each["interruptResponse"] for each in _answers(prompt)]
        refused = [each["interruptId"] for each in answers if isinstance(each["response"], Refusal)]
        kept = cast("AgentState | None", state)  # read as one by the child
        return AgentCall(written, codec.encode(user_state(invocation_state)), kept, refused, keeps_conversation)

    async def answer(self, agent: TemporalAgent) -> AgentReply:
        """Have the agent of this workflow do what it was called for.

        Args:
            agent: The agent, made in the same way for every call.

        Returns:
            What the workflow is to return.

        Raises:
            InvalidOptionError: `agent` is no `TemporalAgent`, or was written by a newer version of strands-temporal.
            Exception: What the agent raises; it fails the workflow.
        """
        if self.state is not None:
            self.state.restore(agent)
        prompt = codec.decode(self.prompt)
        for each in _answers(prompt):
            if each["interruptResponse"]["interruptId"] in self.refused:
                each["interruptResponse"]["response"] = Refusal(each["interruptResponse"]["response"])
        result: AgentResult = await agent.invoke_async(prompt, invocation_state=codec.decode(self.invocation_state))
        keeps = self.keeps_conversation or result.stop_reason == "interrupt"
        state = dataclasses.asdict(AgentState.of(agent)) if keeps else None
        return AgentReply(agent_result.encode(result), state)


def _answers(prompt: Any) -> list[Any]:
    parts = cast("list[Any]", prompt) if isinstance(prompt, list) else []
    return [each for each in parts if isinstance(each, dict) and "interruptResponse" in each]
