"""Finds the models of providers in what an agent of a workflow is given for side calls, and refuses them.

Those that are made in a workflow are refused when they are made (`plain_agent.py`); these were made beside it, as in
its module. Private names of Strands used here: `_judge_model` of `GoalLoop`, `_model` of `ModelExtractor`, and
`_strategies` of `ContextManager` with the `_config` of a strategy that sums up.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strands.models import Model
from temporalio import workflow

from .._model.patches import INLINE_IO
from .plain_agent import is_of_provider, refuse_provider


def refuse_side_models(given: Mapping[str, Any], stores: Iterator[Any]) -> None:
    """Refuse the keywords of an agent in a workflow that hold a provider's model.

    Args:
        given: The keywords of Strands' `Agent`.
        stores: The memory stores among them.

    Raises:
        UnsupportedFeatureError: One does; the message says what to use instead.
    """
    for what, model in _models(given, stores):
        if isinstance(model, Model) and is_of_provider(type(model)) and workflow.patched(INLINE_IO):
            refuse_provider(type(model), f"{what} has a {type(model).__name__} in a workflow")


def _models(given: Mapping[str, Any], stores: Iterator[Any]) -> Iterator[tuple[str, Any]]:
    summarizer = getattr(given.get("conversation_manager"), "summarization_agent", None)
    yield "The summarization_agent", getattr(summarizer, "model", None)
    manager: Any = given.get("context_manager")
    own: Any = manager.get("strategies") if isinstance(manager, Mapping) else getattr(manager, "_strategies", None)
    for strategy in own or ():
        config = getattr(strategy, "_config", None)
        yield "Offload.summarize(...)", config.get("model") if isinstance(config, Mapping) else None
    for store in stores:
        extraction = getattr(store, "extraction", None)
        extractor: Any = extraction.get("extractor") if isinstance(extraction, Mapping) else None
        yield "ModelExtractor(...)", getattr(extractor, "_model", None)
    for plugin in given.get("plugins") or ():
        yield type(plugin).__name__, getattr(plugin, "_judge_model", None) or getattr(plugin, "model", None)
