"""What the agent loop asks of a model besides answers: recorded once in a run, from the worker's own model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from strands.models import Model

from . import codec

_SECRET = re.compile(r"(api|access)_?key|secret|password|credential|authorization|headers|token$", re.IGNORECASE)


@dataclass(frozen=True)
class ModelFacts:
    """A model's properties that Strands' event loop, conversation managers and hooks read.

    Attributes:
        config: The model's configuration, without what cannot be written as JSON and what may be a secret.
        context_window_limit: Tokens of its context window.
        stateful: Whether the provider keeps the conversation.
        counts_tokens: Whether it counts tokens by a way of its own, most often a request to the provider.
        structured_output: Whether it enforces structured output itself.
    """

    config: dict[str, Any] = field(default_factory=dict[str, Any])
    context_window_limit: int | None = None
    stateful: bool = False
    counts_tokens: bool = False
    structured_output: bool = False

    @staticmethod
    def of(model: Model) -> ModelFacts:
        """Ask a model."""
        given: Any = model.get_config()
        config: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {**getattr(given, "__dict__", {})}  # pyright: ignore[reportUnknownArgumentType]
        return ModelFacts(
            config=_writable(config),
            context_window_limit=model.context_window_limit,
            stateful=model.stateful,
            counts_tokens=_counts_tokens(model, config),
            structured_output=getattr(model, "_supports_structured_output", False) is True,
        )

    def to_wire(self) -> dict[str, Any]:
        """Write the facts as values of the codec."""
        return asdict(self)

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> ModelFacts:
        """Read the facts; names of a later version are left out."""
        return ModelFacts(**{name: wire[name] for name in ModelFacts.__dataclass_fields__ if name in wire})


def _counts_tokens(model: Model, config: Mapping[str, Any]) -> bool:
    if type(model).count_tokens is Model.count_tokens:
        return False
    strands_own = type(model).count_tokens.__module__.startswith("strands.")
    return config.get("use_native_token_count") is True if strands_own else True


def _writable(config: Mapping[Any, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in config.items():
        if not isinstance(name, str) or _SECRET.search(name):
            continue
        if isinstance(value, Mapping):
            result[name] = _writable(value)  # pyright: ignore[reportUnknownArgumentType]
            continue
        try:
            result[name] = codec.decode(codec.encode(value))
        except TypeError:
            continue
    return result
