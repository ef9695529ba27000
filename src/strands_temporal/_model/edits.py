"""A list as an edit of another: which of its parts to keep, and what to put between them.

Wire format: a step is `[start, stop]`, a range of the other list that is kept, or a new element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def diff(base: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int] | int]:
    """Describe one list as an edit of another, both given by the digests of their elements.

    Args:
        base: The list that is edited.
        new: The list that comes out.

    Returns:
        Ranges `(start, stop)` of `base` to keep, and indices of `new` for elements that `base` does not have.
    """
    steps: list[tuple[int, int] | int] = []
    places: dict[bytes, int] | None = None
    start = stop = 0  # the range that is open; empty if none is
    for index, digest in enumerate(new):
        if stop < len(base) and base[stop] == digest:
            stop += 1
            continue
        if start < stop:
            steps.append((start, stop))
        if places is None:
            places = {each: place for place, each in enumerate(base)}
        if digest in places:
            start = places[digest]
            stop = start + 1
        else:
            steps.append(index)
            start = stop = min(stop + 1, len(base))  # most often it stands for the one it replaces
    if start < stop:
        steps.append((start, stop))
    return steps


def apply(steps: Iterable[Any], base: Sequence[T], read: Callable[[Any], T]) -> list[T]:
    """Carry out an edit.

    Args:
        steps: The edit's wire form.
        base: The list that is edited.
        read: Makes an element of a new element's wire form.

    Raises:
        ValueError: A step keeps what `base` does not have.
    """
    result: list[T] = []
    for step in steps:
        if not isinstance(step, list):
            result.append(read(step))
            continue
        start, stop = step  # pyright: ignore[reportUnknownVariableType]
        if not 0 <= start < stop <= len(base):
            raise ValueError(f"an edit keeps [{start}, {stop}) of a list of {len(base)}")
        result.extend(base[start:stop])
    return result
