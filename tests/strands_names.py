"""The public names of the installed Strands: classes with behaviour or data, and exported functions."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import warnings
from collections.abc import Iterator
from enum import Enum
from types import ModuleType
from typing import Any

import strands
from pydantic import BaseModel
from typing_extensions import is_typeddict

_LEFT_OUT = {
    "strands.bidi": "live audio: one row for BidiAgent, the rest is of use with it alone",
    "strands.experimental.bidi": "the same under its former name",
    "strands.experimental.steering": "the former name of strands.vended_plugins.steering",
    "strands.event_loop": "the loop itself, which every test runs",
    "strands.models": "providers run in activities; one row for all, and one for routers",
    "strands.telemetry": "one row for all",
    "strands.types": "types of values",
    "strands.interrupt": "a part of agents' state",
    "strands.tools.mcp.mcp_instrumentation": "what MCPClient is made of",
    "strands.tools.mcp.mcp_tasks": "what MCPClient is made of",
}
"""Modules whose names need no row each, and why."""


def public_names() -> dict[str, Any]:
    """Each public object of Strands by its shortest path."""
    paths: dict[tuple[str, str], tuple[str, Any]] = {}
    for module in _modules():
        exported = set(getattr(module, "__all__", ()))
        for name, value in vars(module).items():
            home = getattr(value, "__module__", None) or ""
            if name.startswith("_") or not home.startswith("strands.") or _left_out(home):
                continue
            if not (name in exported or (home == module.__name__ and inspect.isclass(value))) or not _counts(value):
                continue
            key = home, value.__qualname__
            path = f"{module.__name__}.{name}"
            if key not in paths or (path.count("."), len(path)) < (paths[key][0].count("."), len(paths[key][0])):
                paths[key] = path, value
    return dict(sorted(paths.values()))


def is_plain(value: Any) -> bool:
    """Whether a class is a value or an exception, the same wherever it is made."""
    if not inspect.isclass(value):
        return False
    return dataclasses.is_dataclass(value) or issubclass(value, BaseModel | BaseException | tuple)


def _counts(value: Any) -> bool:
    if inspect.isclass(value):
        named = not is_typeddict(value) and not getattr(value, "_is_protocol", False)
        return named and not issubclass(value, Enum) and "[" not in value.__qualname__
    return callable(value) and hasattr(value, "__qualname__")


def _left_out(module: str) -> bool:
    return any(module == each or module.startswith(each + ".") for each in _LEFT_OUT)


def _modules() -> Iterator[ModuleType]:
    yield strands
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for info in pkgutil.walk_packages(strands.__path__, "strands.", onerror=lambda name: None):
            if any(part.startswith("_") for part in info.name.split(".")) or _left_out(info.name):
                continue
            try:
                yield importlib.import_module(info.name)
            except ImportError:  # of an extra that is not installed; the document names what is in it
                continue
