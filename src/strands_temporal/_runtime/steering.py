"""Makes a steering handler that cannot decide fail the workflow, where Strands would let the tool call through.

Strands' `SteeringHandler` takes any exception of `steer_before_tool` and `steer_after_model` for "proceed", and says so
in the debug log alone: a judge that cannot be asked would allow everything. It has no option for it, so its
`init_agent`, which each handler passes when an agent gets it, is wrapped, once per process. Outside of workflows it is
as it was. Private methods of Strands used here: `_handle_tool_steering_action`, `_handle_model_steering_action`, to
which it hands the decision.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from temporalio import workflow

from .wrapping import wrap


@dataclass(frozen=True)
class _Failed:
    """Stands for a decision that was not made."""

    error: Exception


def install() -> None:
    """Wrap the method; calling it again changes nothing."""
    from strands.vended_plugins.steering import SteeringHandler  # not at import, for most agents are not steered

    wrap(SteeringHandler, "init_agent", _failing)


def _failing(original: Any) -> Any:
    def init_agent(self: Any, agent: Any) -> None:
        if workflow.in_workflow() and not isinstance(self.steer_before_tool, _Deciding):
            self.steer_before_tool = _Deciding(self.steer_before_tool)
            self.steer_after_model = _Deciding(self.steer_after_model)
            self._handle_tool_steering_action = _raising(self._handle_tool_steering_action)
            self._handle_model_steering_action = _raising(self._handle_model_steering_action)
        original(self, agent)

    return init_agent


class _Deciding:
    """A handler's decision, that gives its failure in the place of raising it."""

    def __init__(self, decide: Callable[..., Awaitable[Any]]) -> None:
        self._decide = decide

    async def __call__(self, **arguments: Any) -> Any:
        try:
            return await self._decide(**arguments)
        except Exception as error:
            return _Failed(error)


def _raising(handle: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(handle)
    def handled(action: Any, *arguments: Any) -> Any:
        if isinstance(action, _Failed):
            raise action.error
        return handle(action, *arguments)

    return handled
