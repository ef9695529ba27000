"""Whether an answer fits to the schema of an elicitation: MCP allows flat objects of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "null": (type(None),),
}
_NAMES = {
    "string": "text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
}


def problem_of(content: Any, schema: Mapping[str, Any]) -> str | None:
    """What is wrong with an answer; None where nothing is. What is unknown of a schema is left to the server."""
    properties: Mapping[str, Any] = schema.get("properties") or {}
    if missing := [name for name in schema.get("required") or () if name not in content]:
        return f"{_listed(missing)} is missing"
    unknown = [name for name in content if name not in properties]
    if unknown and not schema.get("additionalProperties"):
        return f"{_listed(unknown)} is unknown; its fields are {_listed(properties) or 'none'}"
    for name, value in content.items():
        if problem := _wrong(value, properties.get(name) or {}):
            return f"{name!r} must be {problem}, not {value!r}"
    return None


def _wrong(value: Any, schema: Mapping[str, Any]) -> str | None:
    """What a value should be, and is not."""
    branches: list[Mapping[str, Any]] = schema.get("anyOf") or schema.get("oneOf") or []
    if branches:
        wrong = [_wrong(value, branch) for branch in branches]
        return None if None in wrong else " or ".join(dict.fromkeys(each for each in wrong if each))
    if "const" in schema:
        return None if value == schema["const"] else repr(schema["const"])
    if "enum" in schema:
        return None if value in schema["enum"] else f"one of {_listed(schema['enum'])}"
    kinds = schema.get("type")
    if kinds is not None and not any(_is(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        return _NAMES.get(kinds, str(kinds)) if isinstance(kinds, str) else f"one of {_listed(kinds)}"
    if isinstance(value, list):
        items: Mapping[str, Any] = schema.get("items") or {}
        wrong = [problem for each in cast(list[Any], value) if (problem := _wrong(each, items))]
        return f"a list of which each is {wrong[0]}" if wrong else _beyond(len(value), schema, "Items", "a list of")  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, str):
        return _beyond(len(value), schema, "Length", "text of length")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _beyond(value, schema, "imum", "a number of")
    return None


def _beyond(value: float, schema: Mapping[str, Any], of: str, what: str) -> str | None:
    low, high = schema.get(f"min{of}"), schema.get(f"max{of}")
    if low is not None and value < low:
        return f"{what} {low} or more"
    if high is not None and value > high:
        return f"{what} {high} or less"
    return None


def _is(value: Any, kind: str) -> bool:
    types = _TYPES.get(kind)
    return types is None or (isinstance(value, types) and (kind == "boolean" or not isinstance(value, bool)))


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(map(repr, names))
