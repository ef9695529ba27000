"""A worker's models: each built once, when it is first called."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from strands.models import Model

ModelFactory = Callable[[], Model]

DEFAULT_MODEL_NAME = "bedrock"


def default_bedrock_model() -> Model:
    """Strands' default model, with botocore's own retries off: Temporal retries, and shows it."""
    from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]
    from strands.models.bedrock import DEFAULT_READ_TIMEOUT, BedrockModel

    return BedrockModel(boto_client_config=Config(read_timeout=DEFAULT_READ_TIMEOUT, retries={"max_attempts": 0}))


class ModelRegistry:
    """The models of one worker."""

    def __init__(self, factories: Mapping[str, ModelFactory] | None) -> None:
        """Create the registry.

        Args:
            factories: The user's `models`; None for the default model alone, and an empty one for none.
        """
        self._has_default = factories is None
        self._factories = {DEFAULT_MODEL_NAME: default_bedrock_model} if factories is None else dict(factories)
        self._models: dict[str, asyncio.Task[Model]] = {}

    def add(self, factories: Mapping[str, ModelFactory]) -> None:
        """Add named models, before the worker starts; they replace those of the same name and the default model."""
        self._factories = {**({} if self._has_default else self._factories), **factories}
        self._has_default = False

    def name_of(self, name: str | None) -> str:
        """The registered name that an agent means.

        Raises:
            ValueError: The agent names no model and there is no default one, or names one that is not registered.
        """
        self.refuse_if_empty()
        known = ", ".join(repr(each) for each in sorted(self._factories))
        if name is None:
            if self._has_default:
                return DEFAULT_MODEL_NAME
            raise ValueError(
                "TemporalAgent was made without a model name, but this worker's StrandsPlugin(models=...) names its "
                f"models. Write TemporalAgent(model='...') with one of: {known}."
            )
        if name not in self._factories:
            raise ValueError(
                f"Unknown model name {name!r}. This worker's StrandsPlugin(models=...) knows: {known}. "
                "Correct the name in TemporalAgent(model=...), or register it on every worker of this task queue."
            )
        return name

    def refuse_if_empty(self) -> None:
        """Refuse every call where there is no model; it costs nothing, where a request may have to be read.

        Raises:
            ValueError: There is none.
        """
        if not self._factories:
            raise ValueError(
                "The model call reached a worker without models: it has StrandsPlugin(models={}). Register the model "
                "on every worker of that task queue, StrandsPlugin(models={'NAME': ...}), or name the task queue of "
                "the workers that have it, TemporalAgent('NAME', task_queue='...')."
            )

    async def get(self, name: str) -> Model:
        """The model of a registered name; the first caller builds it, callers at the same time wait for that one.

        Raises:
            Exception: What the factory raised. The next call tries it again.
            TypeError: The factory returned something that is not a Strands model.
        """
        task = self._models.get(name)
        if task is None:
            task = self._models[name] = asyncio.create_task(self._build(name))
        try:
            return await asyncio.shield(task)  # a cancelled caller must not take the model from the others
        except BaseException:
            if task.done() and (task.cancelled() or task.exception()) and self._models.get(name) is task:
                del self._models[name]
            raise

    async def _build(self, name: str) -> Model:
        # On a thread, since factories load credentials and SDKs, and the worker's loop must go on heartbeating.
        model = await asyncio.to_thread(self._factories[name])
        if not isinstance(model, Model):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(
                f"The factory of model {name!r} in StrandsPlugin(models=...) returned {type(model).__name__}, "
                "not a Strands Model. Write it as a function that returns one: lambda: AnthropicModel(...)."
            )
        return model
