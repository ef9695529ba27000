"""Edit scripts: what they keep is what there was, whatever was done to the list."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strands_temporal._model import edits

lists = st.lists(st.sampled_from([bytes([n]) for n in range(6)]), max_size=12)


def wire(base: list[bytes], new: list[bytes]) -> list[Any]:
    steps = edits.diff(base, new)
    return [list(step) if isinstance(step, tuple) else {"new": new[step]} for step in steps]


def read(element: Any) -> bytes:
    return element["new"]


@given(lists, lists)
def test_apply_of_diff_is_the_new_list(base: list[bytes], new: list[bytes]) -> None:
    assert edits.apply(wire(base, new), base, read) == new


@given(lists, lists)
def test_only_what_the_base_lacks_is_new(base: list[bytes], new: list[bytes]) -> None:
    inline = [step["new"] for step in wire(base, new) if not isinstance(step, list)]
    assert set(inline) == set(new) - set(base)


A, B, C, D, X, Y = (bytes([n]) for n in b"ABCDXY")


@pytest.mark.parametrize(
    ("new", "steps"),
    [
        ([A, B, C, D, X], [[0, 4], {"new": X}]),  # the chat goes on
        ([C, D, X], [[2, 4], {"new": X}]),  # a window
        ([A, X, C, D], [[0, 1], {"new": X}, [2, 4]]),  # a tool result cut short
        ([X, C, D, Y], [{"new": X}, [2, 4], {"new": Y}]),  # a summary
        ([D, A], [[3, 4], [0, 1]]),
        ([], []),
    ],
)
def test_the_edits_that_conversations_see(new: list[bytes], steps: list[Any]) -> None:
    assert wire([A, B, C, D], new) == steps


@pytest.mark.parametrize("step", [[0, 5], [-1, 2], [2, 2], [3, 1]])
def test_a_range_that_the_base_lacks_is_refused(step: list[int]) -> None:
    with pytest.raises(ValueError, match="of a list of 4"):
        edits.apply([step], [A, B, C, D], read)
