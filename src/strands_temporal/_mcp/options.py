"""Checks what a plugin is told of MCP servers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from .._errors import InvalidOptionError, named
from .factories import cannot_be_called


def check_servers(factories: Any, idle: Any, limit: Any) -> None:
    """Check the plugin's arguments.

    Raises:
        InvalidOptionError: `factories` is not a mapping of names to functions of the context or of nothing, `idle` is
            no time, or `limit` no number.
    """
    if idle is not None and not (isinstance(idle, timedelta) and idle > timedelta(0)):
        raise InvalidOptionError(
            f"StrandsPlugin(mcp_connection_idle_timeout=...) takes a timedelta longer than zero, not {named(idle)}."
        )
    if limit is not None and (type(limit) is not int or limit < 1):
        raise InvalidOptionError(
            f"StrandsPlugin(mcp_max_connections=...) takes a number of 1 or more, not {named(limit)}."
        )
    if factories is None:
        return
    if not isinstance(factories, Mapping):
        raise InvalidOptionError(
            f"StrandsPlugin(mcp_clients=...) takes a mapping of names to functions, not {type(factories).__name__}: "
            "StrandsPlugin(mcp_clients={'echo': lambda: MCPClient(...)})."
        )
    for name, factory in factories.items():  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(name, str) or not name:
            raise InvalidOptionError(f"StrandsPlugin(mcp_clients=...) has the name {named(name)}; names are text.")
        if not callable(factory):  # pyright: ignore[reportUnknownArgumentType]
            raise InvalidOptionError(
                f"StrandsPlugin(mcp_clients={{{name!r}: ...}}) takes a function that makes the client, not a "
                f"{type(factory).__name__} object. Put a lambda before it: {{{name!r}: lambda: MCPClient(...)}}."  # pyright: ignore[reportUnknownArgumentType]
            )
        if required := cannot_be_called(factory):  # pyright: ignore[reportUnknownArgumentType]
            raise InvalidOptionError(
                f"StrandsPlugin(mcp_clients={{{name!r}: ...}}) takes a function of no argument, or of one, the context "
                f"of TemporalMCPClient(context=...), not one that requires: {required}."
            )
