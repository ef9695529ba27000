"""Models of any make are made as without this package: `Model` has a `__new__` of ours, and no arguments of its own."""

# pyright: reportUntypedBaseClass=false, reportIncompatibleMethodOverride=false, reportUnknownMemberType=false
from __future__ import annotations

import abc
import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import new_class
from typing import Any, Generic, NamedTuple, TypeVar

import pytest
from pydantic import BaseModel
from strands.models import Model

from strands_temporal._runtime import plain_agent

T = TypeVar("T")


class Methods:
    """What a model has to have."""

    def update_config(self, **model_config: Any) -> None: ...

    def get_config(self) -> Any: ...

    def structured_output(self, *args: Any, **kwargs: Any) -> Any: ...

    def stream(self, *args: Any, **kwargs: Any) -> Any: ...


class AsWithoutImport(abc.ABC):  # noqa: B024
    """What `Model` is for its subclasses, where this package is not imported."""

    update_config = get_config = structured_output = stream = abc.abstractmethod(lambda self: None)


class Pair(NamedTuple):
    """Has a `__new__` with names."""

    first: int
    second: int = 0


class New:
    """Has a `__new__` that takes what it likes and passes on nothing."""

    def __new__(cls, value: int, *, more: int = 0) -> Any:
        self = super().__new__(cls)
        self.made = (value, more)  # type: ignore[attr-defined]
        return self


class PassesOn:
    """Has a `__new__` that passes on all it is given."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return super().__new__(cls, *args, **kwargs)


class Init:
    """Has an `__init__` alone."""

    def __init__(self, value: int, *, more: int = 0) -> None:
        self.made = (value, more)


class Record(BaseModel):
    """A pydantic model."""

    value: int
    more: int = 0


@dataclass
class Data:
    """A dataclass."""

    value: int
    more: int = 0


class Box(Generic[T]):
    """Has a parameter."""


BASES: list[tuple[Any, ...]] = [
    (dict,),
    (str,),
    (tuple,),
    (Pair,),
    (Exception,),
    (threading.local,),
    (New,),
    (PassesOn,),
    (PassesOn, New),
    (Init,),
    (Init, New),
    (Init, PassesOn, dict),
    (Record,),
    (Data,),
    (Box,),
    (),
]

ARGUMENTS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    ((1,), {}),
    ((1,), {"more": 2}),
    ((), {"value": 1, "more": 2}),
    (({"a": 1},), {}),
    (("text",), {}),
    ((1, 2, 3), {}),
]


def outcome(make: Callable[[], Any]) -> Any:
    """What can be told of an object, or of the error in its place."""
    try:
        made = make()
    except Exception as error:
        return type(error), str(error)
    kinds: Any = (dict, str, tuple)
    content = [kind(made) for kind in kinds if isinstance(made, kind)]
    return getattr(made, "args", None), content, {**vars(made)}


def made_of(base: Any, bases: tuple[Any, ...], order: str, *, whole: bool = True) -> Any:
    given: tuple[Any, ...] = {
        "first": (base, *bases),
        "last": (*bases, base),
        "second": (*bases[:1], base, *bases[1:]),
    }[order]
    return new_class("M", (Methods, *given) if whole else given, exec_body=lambda of: of.update(__module__=__name__))


@pytest.fixture(autouse=True)
def _installed() -> None:
    plain_agent.install()
    plain_agent.install()  # the second changes nothing


@pytest.mark.parametrize("order", ["first", "second", "last"])
@pytest.mark.parametrize("bases", BASES, ids=lambda bases: " ".join(each.__name__ for each in bases))
def test_in_any_order_of_its_bases(bases: tuple[Any, ...], order: str) -> None:
    (ours, theirs) = (made_of(base, bases, order) for base in (Model, AsWithoutImport))
    for args, kwargs in ARGUMENTS:
        made, expected = (outcome(partial(each, *args, **kwargs)) for each in (ours, theirs))
        assert made == expected, (args, kwargs)
        copied, expected = (outcome(lambda: copy.copy(each(*args, **kwargs))) for each in (ours, theirs))  # noqa: B023
        assert copied == expected, (args, kwargs)


def test_a_dict_is_one() -> None:
    class M(Methods, Model, dict[str, int]):
        """A model that is a dict."""

    made: Any = M({"a": 1}, b=2)
    assert isinstance(made, M) and made == {"a": 1, "b": 2}


@pytest.mark.parametrize("bases", [(), (Init,), (PassesOn,)])
def test_without_its_methods_it_is_refused_as_ever(bases: tuple[Any, ...]) -> None:
    (ours, theirs) = (made_of(base, bases, "first", whole=False) for base in (Model, AsWithoutImport))
    refused = outcome(lambda: ours(1))
    assert refused == outcome(lambda: theirs(1)) and refused[0] is TypeError
