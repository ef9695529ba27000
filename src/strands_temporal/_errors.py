"""Every exception of this package.

    StrandsTemporalError (temporalio ApplicationError)
     +-- InvalidOptionError (ValueError)
     +-- InvalidArgumentError (TypeError)
     +-- UnsupportedFeatureError (NotImplementedError)
     +-- MissingPluginError (RuntimeError)
     +-- SyncCallError (RuntimeError)
     +-- ModelError
          +-- ModelContextWindowOverflowError (Strands ContextWindowOverflowException)
          +-- ModelMaxTokensReachedError (Strands MaxTokensReachedException)
          +-- ModelThrottledError (Strands ModelThrottledException)

All of them are Temporal `ApplicationError`s, so that one that nobody catches fails the workflow with its words (any
other exception fails the workflow task, which the server retries for ever). Most are also the built-in or Strands
type that the same mistake raises elsewhere, so that `except` clauses, and the recovery that Strands itself does on
a context overflow, keep working.
"""

from __future__ import annotations

from typing import Any

from strands.types.exceptions import (
    ContextWindowOverflowException,
    MaxTokensReachedException,
    ModelThrottledException,
)
from temporalio.exceptions import ApplicationError


class StrandsTemporalError(ApplicationError):
    """Base of this package's errors; not retried, for the same call would fail the same way."""

    def __init__(self, message: str, *, type: str | None = None) -> None:
        """Create the error.

        Args:
            message: What is wrong, why, and what to do.
            type: The error type that Temporal records; the class name by default.
        """
        super().__init__(message, type=type or self.__class__.__name__, non_retryable=True)


class InvalidOptionError(StrandsTemporalError, ValueError):
    """An argument of this package's API is wrong."""


class InvalidArgumentError(StrandsTemporalError, TypeError):
    """An argument that Strands' `Agent` does not take."""


class UnsupportedFeatureError(StrandsTemporalError, NotImplementedError):
    """Something that has no place in a workflow; the message names what to use instead."""


class MissingPluginError(StrandsTemporalError, RuntimeError):
    """An agent is used where no `StrandsPlugin` is."""


class SyncCallError(StrandsTemporalError, RuntimeError):
    """A sync call waits where a workflow cannot wait."""


class ModelError(StrandsTemporalError):
    """A model call failed for good; the message names the agent, the model and the provider's words.

    `type` is the name of the provider's exception, as `AuthenticationError` or `AccessDeniedException`.
    """


class ModelContextWindowOverflowError(ModelError, ContextWindowOverflowException):
    """The conversation is longer than the model's context window."""


class ModelMaxTokensReachedError(ModelError, MaxTokensReachedException):
    """The model reached its maximum of output tokens."""


class ModelThrottledError(ModelError, ModelThrottledException):
    """The provider throttled the model call, and the retry policy gave up."""

    # Strands' class assigns `message`, which Temporal's defines as a read-only property.
    message: Any = property(lambda self: self._message, lambda self, value: None)  # type: ignore[assignment]


MODEL_ERRORS: dict[str, type[ModelError]] = {
    "ContextWindowOverflowException": ModelContextWindowOverflowError,
    "MaxTokensReachedException": ModelMaxTokensReachedError,
    "ModelThrottledException": ModelThrottledError,
}
"""The Strands exceptions that are rebuilt on the workflow side, by the error type of the activity's failure."""
