"""Refuses the models of providers inside a workflow, and with them plain Strands agents.

Such a model would do network I/O in the workflow: not recorded, not replayed, and on a workflow's event loop it hangs
or fails in ways that do not name the mistake; `BedrockModel` reads files when it is made, which the sandbox forbids in
the same way. Strands has no hook that every model or agent passes, so two methods are wrapped, once per process:
`Model.__new__`, for models made in a workflow, and `Agent.stream_async`, the one way into every invocation, for those
made outside. Outside a workflow both are as they were.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from typing import Any

from strands import Agent
from strands.models import Model
from temporalio import workflow

from .._errors import UnsupportedFeatureError

_NO_PROVIDERS = ("strands.models.model", "strands.models.routing")


def install() -> None:
    """Wrap the two methods; calling it again changes nothing."""
    original: Any = Agent.stream_async
    if hasattr(original, "__strands_temporal__"):
        return

    def new(cls: type[Model], *args: Any, **kwargs: Any) -> Model:
        if workflow.in_workflow():
            _refuse_provider(cls, f"A {cls.__name__} was made inside a workflow")
        return object.__new__(cls)

    @functools.wraps(original)
    async def stream_async(self: Agent, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        if workflow.in_workflow():
            model = type(self.model)
            _refuse_provider(model, f"Agent {self.name!r} with a {model.__name__} was called inside a workflow")
        events = original(self, *args, **kwargs)
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()

    setattr(stream_async, "__strands_temporal__", True)  # noqa: B010, for a type checker knows no such attribute
    Model.__new__ = new  # type: ignore[method-assign, assignment]
    Agent.stream_async = stream_async  # type: ignore[method-assign]


def _refuse_provider(model: type[Model], what: str) -> None:
    modules = [base.__module__ for base in model.__mro__]
    if not any(name.startswith("strands.models.") and not name.startswith(_NO_PROVIDERS) for name in modules):
        return
    raise UnsupportedFeatureError(
        f"{what}, where it would do I/O that Temporal cannot record. Write TemporalAgent(model='name') instead of "
        f"Agent(...), and register the model on the worker: StrandsPlugin(models={{'name': lambda: "
        f"{model.__name__}(...)}})."
    )
