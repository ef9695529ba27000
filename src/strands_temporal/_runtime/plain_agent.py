"""Refuses the models of providers inside a workflow, and with them plain Strands agents.

Such a model would do network I/O in the workflow: not recorded, not replayed, and on a workflow's event loop it hangs
or fails in ways that do not name the mistake; `BedrockModel` reads files when it is made, which the sandbox forbids in
the same way. Strands has no hook that every model or agent passes, so two methods are wrapped, once per process:
`Model.__new__`, for models made in a workflow, and `Agent.stream_async`, the one way into every invocation, for those
made outside. Outside a workflow both are as they were.

Agents with a model that is recorded, as Strands' own tools make them, pass the second too: what they raise is marked,
so that it fails the workflow.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from strands import Agent
from strands.models import Model
from temporalio import workflow

from .. import _agent_errors
from .._errors import UnsupportedFeatureError
from . import made_agents
from .memory_saves import note_memory
from .wrapping import wrap

_NO_PROVIDERS = ("strands.models.model", "strands.models.routing")


def install() -> None:
    """Wrap the two methods; calling it again changes nothing."""
    Model.__new__ = _new  # type: ignore[method-assign, assignment]
    wrap(Agent, "stream_async", _refusing)


def _new(cls: type[Model], *args: Any, **kwargs: Any) -> Model:
    if workflow.in_workflow():
        refuse_provider(cls, f"A {cls.__name__} was made inside a workflow")
    new: Any = super(Model, cls).__new__  # of a class after Model in the order of bases; as a rule, object's
    if new is not object.__new__ or cls.__new__ is not _new:
        return new(cls, *args, **kwargs)
    # With a method of ours in between object's takes no arguments, and does not refuse those that nobody takes.
    if cls.__init__ is object.__init__ and (args or kwargs):
        raise TypeError(f"{cls.__name__}() takes no arguments")
    return new(cls)


def _refusing(original: Any) -> Any:
    async def stream_async(self: Agent, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        if workflow.in_workflow():
            model = type(self.model)
            refuse_provider(model, f"Agent {self.name!r} with a {model.__name__} was called inside a workflow")
            note_memory(self)
            made_agents.install()  # of tools that were imported since the worker was made
        events = original(self, *args, **kwargs)
        try:
            async for event in events:
                yield event
        except Exception as error:
            if workflow.in_workflow():
                _agent_errors.mark(error, f"Agent {self.name!r}")
            raise
        finally:
            await events.aclose()

    return stream_async


def is_of_provider(model: type[Model]) -> bool:
    """Whether it is, or derives from, one of Strands' models that call a provider."""
    modules = [base.__module__ for base in model.__mro__]
    return any(name.startswith("strands.models.") and not name.startswith(_NO_PROVIDERS) for name in modules)


def refuse_provider(model: type[Model], what: str) -> None:
    """Refuse a model that is a provider's.

    Args:
        model: Its class.
        what: What was done with it, as a sentence.

    Raises:
        UnsupportedFeatureError: It is; the message says what to write instead.
    """
    if not is_of_provider(model):
        return
    raise UnsupportedFeatureError(
        f"{what}, where it would do I/O that Temporal cannot record. Write TemporalAgent(model='name') instead of "
        f"Agent(...), and register the model on the worker: StrandsPlugin(models={{'name': lambda: "
        f"{model.__name__}(...)}}). Where Strands takes a model object, as a judge or a summarizer, write "
        "TemporalModel('name')."
    )
