"""Whether the factory of an MCP client takes a context."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def takes_context(factory: Callable[..., Any]) -> bool:
    """Whether it can be called with one argument."""
    return any(each.kind in (*_POSITIONAL, inspect.Parameter.VAR_POSITIONAL) for each in _parameters(factory))


def needs_context(factory: Callable[..., Any]) -> bool:
    """Whether it cannot be called without an argument."""
    return any(_is_required(each) for each in _parameters(factory))


def cannot_be_called(factory: Callable[..., Any]) -> str | None:
    """What it requires beside the context, as text; None where it can be called."""
    required = [each for each in _parameters(factory) if _is_required(each)]
    if len(required) > 1 or any(each.kind not in _POSITIONAL for each in required):
        return ", ".join(each.name for each in required)
    return None


def _is_required(parameter: inspect.Parameter) -> bool:
    return parameter.default is parameter.empty and parameter.kind in (*_POSITIONAL, parameter.KEYWORD_ONLY)


def _parameters(factory: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(factory).parameters.values())
    except (TypeError, ValueError):  # written in C; nobody can tell
        return []
