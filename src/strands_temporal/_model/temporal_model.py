"""TemporalModel: a worker's model by its name, wherever Strands takes a model object."""

from __future__ import annotations

from typing import Any

from strands.models import Model
from typing_extensions import Unpack

from .._errors import InvalidOptionError, named, refusing_wrong_arguments
from .._options import MODEL_HEARTBEAT, MODEL_START_TO_CLOSE, NOT_REGISTERED, Activity, ActivityOptions
from .workflow_model import WorkflowModel


class TemporalModel(WorkflowModel):
    """A model of the worker's `StrandsPlugin(models=...)`, for everything in Strands that takes a model object.

    Judges, steering, summarizers, routers and plain agents take it. Each of its calls is a recorded step. An agent of
    your own is better a `TemporalAgent(model="name")`, which leaves retries to Temporal alone and says who failed.
    """

    @refusing_wrong_arguments
    def __init__(self, model: str | None = None, **options: Unpack[ActivityOptions]) -> None:
        """Name the model; nothing is looked up before its first call.

        Args:
            model: Name of a model in the worker's `StrandsPlugin(models=...)`. May be left out where the plugin names
                no models: then Strands' default model is called.
            **options: Options of the calls' activity, with the defaults of `TemporalAgent`: `task_queue`,
                `schedule_to_close_timeout`, `schedule_to_start_timeout`, `start_to_close_timeout` (10 minutes where
                neither it nor `schedule_to_close_timeout` is given), `heartbeat_timeout` (30 seconds where a call may
                take longer than a minute), `retry_policy`, `cancellation_type`, `versioning_intent`, `summary`,
                `priority`.

        Raises:
            InvalidOptionError: `model` is not a name, or an option has a wrong name, type or value. It is a
                `ValueError`.
        """
        check_name(model, "TemporalModel")
        super().__init__(model, for_calls(Activity.of(options, owner="TemporalModel")))


def for_calls(options: Activity) -> Activity:
    """A user's options with what calls of models have by default."""
    options = options.with_defaults(start_to_close=MODEL_START_TO_CLOSE, heartbeat=MODEL_HEARTBEAT)
    return options.never_retrying(NOT_REGISTERED)


def check_name(model: Any, owner: str, argument: str = "model") -> None:
    """Refuse what is not the name of a model.

    Args:
        model: A user's argument.
        owner: What it was given to.
        argument: Its name there.

    Raises:
        InvalidOptionError: It is not; the message has the remedy.
    """
    if model is None or (isinstance(model, str) and model):
        return
    if isinstance(model, Model):
        name = type(model).__name__
        raise InvalidOptionError(
            f"{owner}({argument}=...) takes the NAME of a model, not a {name} object: the model is called on the "
            f"worker. Register it there, StrandsPlugin(models={{'my-model': lambda: {name}(...)}}), and write "
            f"{owner}({argument}='my-model')."
        )
    raise InvalidOptionError(
        f"{owner}({argument}=...) takes the name of a model in StrandsPlugin(models=...), not {named(model)}."
    )
