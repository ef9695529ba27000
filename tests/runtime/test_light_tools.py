"""An activity is read once for all its tools, and no tool notices."""

from __future__ import annotations

import functools
import gc
import weakref
from typing import Any

import pytest
from temporalio import activity

from strands_temporal._errors import InvalidOptionError
from strands_temporal._runtime.activity_function import ActivityFunction, _read
from strands_temporal.workflow import activity_as_tool

from ..env import Env
from ..tools import tool_workflows
from . import light_workflows as wf


class Shop:
    @activity.defn
    async def sell(self, item: str, number: int = 1) -> str:
        """Sell.

        Args:
            item: What.
            number: How many.
        """
        return item * number


@pytest.mark.parametrize(
    "function", [wf.tell, tool_workflows.ship, tool_workflows.sync_activity, tool_workflows.no_arguments, Shop().sell]
)
def test_the_specification_is_that_of_a_first_reading(function: Any) -> None:
    fresh = _read(function)
    for _ in range(2):
        tool = ActivityFunction(function)
        assert tool.spec == fresh.spec
        assert tool.name == fresh.name
        assert tool._input_model.model_json_schema() == fresh.input_model.model_json_schema()


def test_an_activity_is_read_once() -> None:
    assert ActivityFunction(wf.tell)._input_model is ActivityFunction(wf.tell)._input_model
    assert ActivityFunction(Shop().sell)._input_model is ActivityFunction(Shop().sell)._input_model


def test_a_method_and_its_function_are_two_tools() -> None:
    assert ActivityFunction(Shop().sell).arguments({"item": "a"}) == ["a", 1]
    unbound: Any = Shop.sell
    assert ActivityFunction(unbound).arguments({"item": "a"}) == ["a", 1]
    assert ActivityFunction(Shop().sell).spec == ActivityFunction(unbound).spec


def test_a_specification_is_one_tools_own() -> None:
    first, second = activity_as_tool(wf.tell), activity_as_tool(wf.tell)
    assert first.tool_spec is first.tool_spec
    first.tool_spec["inputSchema"]["json"]["properties"].clear()
    assert second.tool_spec["inputSchema"]["json"]["properties"]["text"]["description"] == "What to tell."
    assert activity_as_tool(wf.tell).tool_spec == second.tool_spec


def test_a_wrapper_is_read_for_itself() -> None:
    ActivityFunction(wf.tell)

    @functools.wraps(wf.tell)
    async def wrapper(number: int) -> str:
        """Other words."""
        return ""

    del wrapper.__wrapped__  # so that its signature is its own; the attributes are still those of the function
    wrapper.__annotations__ = {"number": int, "return": str}
    wrapper.__doc__ = "Other words."
    spec = ActivityFunction(wrapper).spec
    assert spec["description"] == "Other words."
    assert list(spec["inputSchema"]["json"]["properties"]) == ["number"]
    assert ActivityFunction(wf.tell).spec["description"].startswith("Tell a text.")


def test_a_refused_function_is_refused_again() -> None:
    @activity.defn
    async def many(*texts: str) -> None: ...

    for _ in range(2):
        with pytest.raises(InvalidOptionError, match="name each parameter"):
            activity_as_tool(many)


def test_what_was_read_goes_with_the_function() -> None:
    def make() -> Any:
        @activity.defn
        async def passing(text: str) -> None: ...

        activity_as_tool(passing)
        return weakref.ref(passing)

    gone = make()
    gc.collect()
    assert gone() is None


@pytest.mark.uncached
async def test_a_workflow_that_changes_a_specification(env: Env) -> None:
    for _ in range(2):
        changed, description, text = await env.run(wf.Changes)
        assert changed.endswith("Loudly.") and not description.endswith("Loudly.")
        assert text == "What to tell."
