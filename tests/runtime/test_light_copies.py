"""The copies that Strands makes in workflows: what `copy.deepcopy` makes, in less time."""

from __future__ import annotations

import copy
import math
from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strands.event_loop import event_loop, streaming

from strands_temporal._runtime import light_copies
from strands_temporal._runtime.light_copies import copy_plain

from ..env import Env
from . import light_workflows as wf

ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
TREES = st.recursive(
    ATOMS, lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(), parts, max_size=4), max_leaves=30
)
OTHERS = (
    st.tuples(ATOMS, st.lists(ATOMS))
    | st.builds(OrderedDict, st.dictionaries(st.text(), ATOMS))
    | st.sets(st.integers())
    | st.builds(bytearray, st.binary())
    | st.dictionaries(st.integers() | st.tuples(st.integers()), st.lists(ATOMS), min_size=1)
)
ANYTHING = st.recursive(
    ATOMS | OTHERS, lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts), max_leaves=20
)


def shape(value: Any) -> Any:
    """A value with its types and the order of its keys, floats by their text."""
    if isinstance(value, dict):
        return (type(value), [(key, shape(item)) for key, item in value.items()])  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, (list, tuple)):
        return (type(value), [shape(item) for item in value])  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return (type(value), repr(value))


def containers(value: Any) -> list[Any]:
    if not isinstance(value, (dict, list)):
        return []
    parts: Any = value.values() if isinstance(value, dict) else value
    return [value, *(inner for part in parts for inner in containers(part))]


@given(TREES)
def test_a_plain_tree_is_copied_as_by_deepcopy(tree: Any) -> None:
    copied = copy_plain(tree)
    assert shape(copied) == shape(copy.deepcopy(tree))
    assert not {id(each) for each in containers(tree)} & {id(each) for each in containers(copied)}


@given(ANYTHING)
def test_anything_else_is_copied_as_by_deepcopy(value: Any) -> None:
    assert shape(copy_plain(value)) == shape(copy.deepcopy(value))


def test_what_holds_itself_is_left_to_deepcopy() -> None:
    value: list[Any] = [{}]
    value[0]["self"] = value
    copied = copy_plain(value)
    assert copied is not value and copied[0]["self"] is copied and copied[0] is not value[0]


def test_an_object_is_copied_by_its_own_method() -> None:
    class Own:
        def __deepcopy__(self, memo: Any) -> str:
            return "copied"

    assert copy_plain({"a": [Own()], "b": 1}) == {"a": ["copied"], "b": 1}


def test_the_unchangeable_is_shared() -> None:
    text, number = "x" * 1000, math.nan
    copied = copy_plain([{"text": text, "number": number}])
    assert copied[0]["text"] is text and copied[0]["number"] is number


async def test_in_a_workflow(env: Env) -> None:
    assert await env.run(wf.Copies) == [True] * 6


def test_outside_of_a_workflow_it_is_deepcopy(monkeypatch: pytest.MonkeyPatch) -> None:
    light_copies.install()
    monkeypatch.setattr(copy, "deepcopy", lambda value, memo=None: ("real", memo))
    for module in (event_loop, streaming):
        assert module.copy.deepcopy([1]) == ("real", None)
        assert module.copy.deepcopy([1], {}) == ("real", {})
        assert module.copy.Error is copy.Error


@pytest.mark.parametrize(
    "blocks", [[{"text": "x"}], [{"text": " "}], [{"text": None}], [], [{"toolUse": {"name": "?"}}]]
)
def test_what_strands_puts_right_is_not_the_agents_own(blocks: list[Any]) -> None:
    """What `_normalize_messages` changes of a copy stays as it is in the conversation."""
    messages: Any = [{"role": "user", "content": [{"text": ""}]}, {"role": "assistant", "content": blocks}]
    before = copy.deepcopy(messages)
    normalized = streaming._normalize_messages(light_copies.CopyToNormalize().copied(messages))  # pyright: ignore[reportPrivateUsage]
    assert messages == before
    assert normalized == streaming._normalize_messages(copy.deepcopy(before))  # pyright: ignore[reportPrivateUsage]
