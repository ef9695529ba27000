"""Carries a structured output model to the worker: providers read its name and its JSON schema, nothing else."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

from pydantic import BaseModel

MOST = 256
"""Output models that a worker keeps."""


def describe_output_model(model: type[BaseModel] | None) -> dict[str, Any] | None:
    """What providers read of an output model."""
    return None if model is None else {"name": model.__name__, "schema": model.model_json_schema()}


class OutputModels:
    """A worker's stand-ins for output models; one for each, since Strands notes by class what a provider refused."""

    def __init__(self) -> None:
        """Start without any."""
        self._models: OrderedDict[str, type[BaseModel]] = OrderedDict()

    def get(self, described: dict[str, Any]) -> type[BaseModel]:
        """A pydantic model with that name and schema. It validates nothing; the agent does that, in the workflow."""
        key = json.dumps(described)  # in the order given: models fill in properties in their order
        model = self._models.get(key)
        if model is None:
            model = self._models[key] = _stand_in(described["name"], json.dumps(described["schema"]))
            if len(self._models) > MOST:
                self._models.popitem(last=False)
        self._models.move_to_end(key)
        return model


def _stand_in(name: str, schema: str) -> type[BaseModel]:
    class StandIn(BaseModel):
        @classmethod
        def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
            return json.loads(schema)

    StandIn.__name__ = StandIn.__qualname__ = name
    StandIn.__doc__ = json.loads(schema).get("description")
    return StandIn
