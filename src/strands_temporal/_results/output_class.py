"""Names the class of a structured output, and finds it again where its module is loaded."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

_MAIN, _MAIN_IN_SANDBOX = "__main__", "__temporal_main__"
"""The script that was started has another name in the workflow sandbox."""


def reference(kind: type[BaseModel]) -> dict[str, str]:
    """The name of a class as JSON values."""
    module = _MAIN if kind.__module__ == _MAIN_IN_SANDBOX else kind.__module__
    return {"module": module, "name": kind.__qualname__}


def instance(reference: Mapping[str, str], value_json: str) -> BaseModel:
    """The value as its class, or where this process has not loaded that, as a model of the same name with its fields.

    Args:
        reference: What `reference` wrote.
        value_json: The dumped value.

    Raises:
        pydantic.ValidationError: The class that is loaded here does not take the value.
    """
    kind = _find(reference)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind.model_validate_json(value_json, by_alias=False, by_name=True)
    name = reference["name"].rpartition(".")[2]
    if value_json.startswith("{"):
        stand_in: type[BaseModel] = create_model(name, __config__=ConfigDict(extra="allow"))
    else:
        from pydantic import RootModel  # a module that nothing else needs

        stand_in = create_model(name, __base__=RootModel[Any])
    return stand_in.model_validate_json(value_json)


def _find(reference: Mapping[str, str]) -> Any:
    """The class, only from modules that are loaded: what a payload says is never imported."""
    module = reference["module"]
    found: Any = sys.modules.get(module) or (sys.modules.get(_MAIN_IN_SANDBOX) if module == _MAIN else None)
    for name in reference["name"].split("."):
        found = getattr(found, name, None)
    return found
