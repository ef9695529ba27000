"""The agents of these tests, in workflows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from strands.hooks import HookProvider, HookRegistry, MessageAddedEvent
from strands.types.exceptions import (
    ContextWindowOverflowException,
    MaxTokensReachedException,
    ModelThrottledException,
)
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool

from .activities import ACTIVITIES

_TOOLS = {each.__name__: each for each in ACTIVITIES}


@dataclass
class Attempts:
    """A retry policy in short: seconds before the second attempt (no back-off), and how many attempts at most."""

    interval: float = 0.05
    maximum: int = 0

    def policy(self) -> RetryPolicy:
        interval = timedelta(seconds=self.interval)
        return RetryPolicy(initial_interval=interval, backoff_coefficient=1, maximum_attempts=self.maximum)


@dataclass
class Question:
    """What to ask, which model, and how often to try; None is the default."""

    model: str | None = "model"
    attempts: Attempts | None = None
    prompt: str = "Hello"
    history: list[Any] = field(default_factory=list)

    def agent(self) -> TemporalAgent:
        return TemporalAgent(
            self.model,
            messages=self.history,
            name="researcher",
            callback_handler=None,
            retry_policy=self.attempts.policy() if self.attempts else None,
        )


@workflow.defn
class Ask:
    """An agent whose errors nobody catches."""

    @workflow.run
    async def run(self, question: Question) -> str:
        return str(await question.agent().invoke_async(question.prompt)).strip()


@workflow.defn
class AskSync:
    """The same by a sync call."""

    @workflow.run
    async def run(self, question: Question) -> str:
        return str(question.agent()(question.prompt)).strip()


@workflow.defn
class AskAndCatch:
    """User code that catches what Strands' documentation says to catch."""

    @workflow.run
    async def run(self, question: Question) -> str:
        try:
            return str(await question.agent().invoke_async(question.prompt)).strip()
        except ContextWindowOverflowException as error:
            return f"overflow: {error}"
        except MaxTokensReachedException as error:
            return f"max tokens: {error}"
        except ModelThrottledException as error:
            return f"throttled: {error.message}"


class UserError(Exception):
    """An exception of the user's own code."""


class Objection(HookProvider):
    """A hook that raises once a tool has run, when Strands wraps what is raised into an exception of its own."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def register_hooks(self, registry: HookRegistry, **kwargs: Any) -> None:
        registry.add_callback(MessageAddedEvent, self._object)

    def _object(self, event: MessageAddedEvent) -> None:
        if any("toolResult" in block for block in event.message["content"]):
            raise self._error


@workflow.defn
class RaiseInHook:
    """An agent whose hook raises an error of the user's, or Temporal's own kind of error."""

    @workflow.run
    async def run(self, failure: bool) -> str:
        error = ApplicationError("I object", type="Objection") if failure else UserError("I object")
        tool = activity_as_tool(ACTIVITIES[0])
        agent = TemporalAgent("model", name="researcher", tools=[tool], hooks=[Objection(error)], callback_handler=None)
        return str(await agent.invoke_async("Use the tool."))


@dataclass
class Job:
    """The tool to offer, and how often and how long to try."""

    tool: str
    attempts: Attempts | None = None
    start_to_close: float | None = None
    prompt: str = "Use the tool."


@workflow.defn
class UseTool:
    """An agent with one activity tool."""

    @workflow.run
    async def run(self, job: Job) -> str:
        tool = activity_as_tool(
            _TOOLS[job.tool],
            retry_policy=job.attempts.policy() if job.attempts else None,
            start_to_close_timeout=timedelta(seconds=job.start_to_close) if job.start_to_close else None,
        )
        agent = TemporalAgent("model", tools=[tool], callback_handler=None)
        return str(await agent.invoke_async(job.prompt)).strip()
