"""The context that a workflow gives to the factory of an MCP client: checked, for it stands in the history."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, cast

from temporalio import workflow

from .._errors import InvalidOptionError, named
from .._model import codec
from .._model.limits import DEPTH_LIMIT
from .._model.patches import CONTEXT_SECRETS
from .._secrets import has_secret_form, is_secret

Context: TypeAlias = Mapping[str, Any]

LIMIT = 16 * 1024
"""Bytes that a context may have as JSON; it stands in the history with every call."""

_REMEDY = (
    "The workflow's history would keep it, for everyone to read. Give the name of the tenant or of the secret, and "
    "let the factory in StrandsPlugin(mcp_clients=...) look the secret up on the worker. What is no secret needs "
    "another name."
)


def checked(context: Any) -> Context | None:
    """A context as a user gives it, with no secret in it, copied.

    Raises:
        InvalidOptionError: It is not a mapping of text to JSON values, is too large, or holds what looks like a secret.
    """
    if context is None:
        return None
    if not isinstance(context, Mapping):
        raise InvalidOptionError(
            f"TemporalMCPClient(context=...) takes a mapping of text to JSON values, like {{'tenant': 'acme'}}, not "
            f"{type(context).__name__}."
        )
    if codec.is_too_deep(context, DEPTH_LIMIT):
        raise InvalidOptionError(
            f"TemporalMCPClient(context=...) has more than {DEPTH_LIMIT} levels of lists and mappings, as what holds "
            "itself has. Give a flatter one."
        )
    for path, name, value in _parts("context", context):
        if _is_secret(name, value) and _refuses_secrets():
            raise InvalidOptionError(f"TemporalMCPClient(context=...): {path} looks like a secret. {_REMEDY}")
    size = len(canonical(cast(Context, context)))
    if size > LIMIT:
        raise InvalidOptionError(
            f"TemporalMCPClient(context=...) has {size:,} bytes as JSON where {LIMIT:,} are allowed, for the history "
            "keeps it with every call. Give a key, and let the factory in StrandsPlugin(mcp_clients=...) look up the "
            "rest on the worker."
        )
    return copied(cast(Context, context))


def canonical(context: Context) -> str:
    """A context as text that is the same for equal contexts."""
    return json.dumps(codec.encode(context), sort_keys=True, separators=(",", ":"))


def copied(context: Context) -> Context:
    """A context that others may change."""
    return codec.decode(codec.encode(context))


def _is_secret(name: str | None, value: Any) -> bool:
    return is_secret(name, value) or (isinstance(value, str) and has_secret_form(value))


def _refuses_secrets() -> bool:
    """Whether this run refuses them, or went on here when fewer things were taken for secrets."""
    return not workflow.in_workflow() or workflow.unsafe.is_read_only() or workflow.patched(CONTEXT_SECRETS)


def _parts(path: str, value: Any, name: str | None = None) -> Iterator[tuple[str, str | None, Any]]:
    """Every value that is neither a mapping nor a list, with its path and its name, or a secret one around it."""
    if isinstance(value, Mapping):
        around = name if is_secret(name, value) else None
        for key, each in cast(Mapping[Any, Any], value).items():
            if not isinstance(key, str):
                raise InvalidOptionError(f"TemporalMCPClient(context=...): the key {named(key)} of {path} is not text.")
            yield from _parts(f"{path}[{key!r}]", each, around or key)
    elif isinstance(value, list):
        for number, each in enumerate(cast(list[Any], value)):
            yield from _parts(f"{path}[{number}]", each, name)
    elif value is None or type(value) in (str, bool, int) or (type(value) is float and math.isfinite(value)):
        yield path, name, value
    else:
        raise InvalidOptionError(
            f"TemporalMCPClient(context=...): {path} is {named(value)} of type {type(value).__name__}, and no JSON "
            "value. Give text, numbers, booleans, None, and lists and dicts of them."
        )
