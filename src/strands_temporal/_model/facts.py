"""What the agent loop asks of a model besides answers: recorded once in a run, from the worker's own model."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from strands.models import Model

from .._runtime.enforced_output import enforces_output
from .._secrets import has_secret_form, is_secret, without_secrets
from . import codec

logger = logging.getLogger("strands_temporal")


@dataclass(frozen=True)
class ModelFacts:
    """A model's properties that Strands' event loop, conversation managers and hooks read.

    Attributes:
        config: The model's configuration, without what cannot be written as JSON and what is a secret by its name;
            secrets in texts are masked.
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
        """Ask a model. What it does not answer is left out: a call must not fail for what may not be needed."""
        given = _answer(model.get_config)
        config: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {**getattr(given, "__dict__", {})}  # pyright: ignore[reportUnknownArgumentType]
        return ModelFacts(
            config=_public(config),
            context_window_limit=_answer(lambda: model.context_window_limit),
            stateful=model.stateful,
            counts_tokens=_counts_tokens(model, config),
            structured_output=enforces_output(model),
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


def _answer(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception as error:
        logger.debug("error=<%s> | the model does not say what it is", error, exc_info=True)
        return None


def _public(value: Any, depth: int = codec.MAX_DEPTH // 2) -> Any:
    """The value without what is a secret and what cannot be written. In a text, a secret is masked."""
    if isinstance(value, (Mapping, list, tuple)) and not depth:
        return _LEFT_OUT
    if isinstance(value, Mapping):
        given = cast("Mapping[Any, Any]", value).items()
        items = ((name, _public(item, depth - 1)) for name, item in given if _is_public(name, item))
        return {name: item for name, item in items if item is not _LEFT_OUT}
    if isinstance(value, (list, tuple)):
        given = cast("Sequence[Any]", value)
        return [item for each in given if (item := _public(each, depth - 1)) is not _LEFT_OUT]
    if isinstance(value, bytes) and has_secret_form(str(value, "latin-1")):
        return _LEFT_OUT
    if isinstance(value, str):
        value = without_secrets(value)
    try:
        return codec.decode(codec.encode(value))
    except TypeError:
        return _LEFT_OUT


def _is_public(name: Any, value: Any) -> bool:
    return isinstance(name, str) and not is_secret(name, value) and not has_secret_form(name)


_LEFT_OUT = object()
