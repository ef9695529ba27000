"""An agent whose every call is a child workflow, for graphs, as a tool, and to be called."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from strands.agent import AgentResult
from strands.types.agent import AgentInput
from strands.types.tools import AgentTool
from temporalio import workflow

from .._errors import InvalidOptionError, UnsupportedFeatureError
from .._results import agent_result
from .._runtime import cancelled_calls
from .._runtime.bridge import refuse_sync_call
from .._runtime.strands_async import run_sync
from .._tools.remote_call import refusal_of_size
from .call import AgentCall, AgentReply


class NotHereError(UnsupportedFeatureError, AttributeError):
    """Something of an agent that is in the child workflow, and not here."""


class ChildAgent:
    """Strands' `AgentBase`: it is a node of a graph, a tool of an agent, and can be invoked.

    Attributes:
        name: The agent's name.
        description: What it is for.
    """

    def __init__(
        self, workflow_name: str, name: str, description: str | None, preserve_context: bool, options: Mapping[str, Any]
    ) -> None:
        """Create the agent.

        Args:
            workflow_name: The workflow of each call.
            name: Name of the agent.
            description: What it is for.
            preserve_context: Whether a call goes on with the conversation of the one before.
            options: Options of the child workflow.
        """
        self.name = name
        self.description = description
        self._workflow = workflow_name
        self._preserve_context = preserve_context
        self._options = dict(options)
        self._state: dict[str, Any] | None = None
        self._calls = 0

    @property
    def id(self) -> str:
        """The name, by which a graph calls the node where it is given no id."""
        return self.name

    @property
    def preserves_context(self) -> bool:
        """Whether a call goes on with the conversation of the one before."""
        return self._preserve_context

    @property
    def in_invocation(self) -> bool:
        """Whether a call is under way."""
        return self._calls > 0

    @property
    def kept_state(self) -> dict[str, Any] | None:
        """What the next call goes on with: a conversation that waits for answers, or is preserved; None for nothing."""
        waits = self._state is not None and self._state.get("interrupts") is not None
        return self._state if waits or self._preserve_context else None

    def keep_state(self, state: dict[str, Any] | None) -> None:
        """Have the next call go on with a state, as of an earlier run."""
        self._state = state

    async def invoke_async(self, prompt: AgentInput = None, **kwargs: Any) -> AgentResult:
        """Run the agent's workflow and wait for its result, as `Agent.invoke_async`.

        Raises:
            ChildWorkflowError: The workflow failed.
            UnsupportedFeatureError: An argument cannot cross.
        """
        result: AgentResult | None = None
        async for event in self.stream_async(prompt, **kwargs):
            result = event.get("result", result)
        assert result is not None
        return result

    def __call__(self, prompt: AgentInput = None, **kwargs: Any) -> AgentResult:
        """Run the agent's workflow and wait for its result, as `Agent.__call__`.

        Raises:
            SyncCallError: Called where a workflow cannot wait.
            ChildWorkflowError: The workflow failed.
        """
        refuse_sync_call("agent('...')", instead="await agent.invoke_async('...')")
        return run_sync(lambda: self.invoke_async(prompt, **kwargs))

    async def stream_async(
        self, prompt: AgentInput = None, *, invocation_state: dict[str, Any] | None = None, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """Run the agent's workflow and yield one event, its `result`.

        Raises:
            ChildWorkflowError: The workflow failed.
            UnsupportedFeatureError: An argument cannot cross.
        """
        if given := [name for name, value in kwargs.items() if value is not None]:
            raise UnsupportedFeatureError(
                f"Agent {self.name!r} runs in a child workflow, where {', '.join(given)} cannot go. Set it on the "
                "TemporalAgent in that workflow."
            )
        result, self._state = await self.call(prompt, invocation_state, self.kept_state)
        yield {"result": result}

    async def call(
        self, prompt: Any, invocation_state: Mapping[str, Any] | None, state: dict[str, Any] | None
    ) -> tuple[AgentResult, dict[str, Any] | None]:
        """Make one call, from a state to a state.

        Raises:
            ChildWorkflowError: The workflow failed.
            InvalidOptionError: What is to be sent is too large, or the workflow gives no `AgentReply`.
            asyncio.CancelledError: The caller was cancelled.
        """
        call = AgentCall.of(prompt, invocation_state, state, self._preserve_context)
        if words := refusal_of_size(self.name, [call]):
            raise InvalidOptionError(words)
        execute: Any = workflow.execute_child_workflow
        self._calls += 1
        try:
            running = execute(self._workflow, call, result_type=AgentReply, **self._options)
            reply = await cancelled_calls.finished(running, f"agent {self.name!r}")
        finally:
            self._calls -= 1
        try:
            return agent_result.decode(reply.result), reply.state
        except ValueError as error:
            raise InvalidOptionError(f"Workflow {self._workflow!r} returned no AgentReply: {error}.") from error

    def as_tool(self, name: str | None = None, description: str | None = None) -> AgentTool:
        """Make the agent a tool of another, as `Agent.as_tool`; calls may run at once, unless it preserves context.

        Args:
            name: Name of the tool; the agent's by default.
            description: What the model reads of it; the agent's by default.
        """
        from .tool import ChildAgentTool

        return ChildAgentTool(self, name or self.name, description or self.description)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotHereError(
            f"Agent {self.__dict__.get('name')!r} runs in a child workflow, so its {name} is not here. It can be "
            "invoked, be a node of a Graph, or a tool of an agent; a node of a Swarm must be a TemporalAgent, which "
            "may have it as a tool."
        )
