"""Replaces functions of others by ones that are made of them, each once in a process."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

_MARK = "__strands_temporal__"


def wrap(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace a method of a class, or a function of a module; where that was done before, nothing changes.

    Args:
        owner: The class or the module.
        name: Name of the function; a class method stays one.
        make: Makes the new function of the one that is there.
    """
    attribute: Any = inspect.getattr_static(owner, name)
    of_class = isinstance(attribute, classmethod)
    original: Any = getattr(owner, name).__func__ if of_class else attribute
    if hasattr(original, _MARK):
        return
    new: Any = functools.wraps(original)(make(original))
    setattr(new, _MARK, True)
    setattr(owner, name, classmethod(new) if of_class else new)
