"""Every exception of this package.

    StrandsTemporalError (temporalio ApplicationError)
     +-- InvalidOptionError (ValueError)
     +-- InvalidArgumentError (TypeError)
     +-- UnsupportedFeatureError (NotImplementedError)
     +-- MissingPluginError (RuntimeError)
     +-- MissingStreamError (RuntimeError)
     +-- SyncCallError (RuntimeError)
     +-- PayloadSizeError (ValueError)
     +-- MCPServerError (RuntimeError)
     +-- SandboxError (and what the sandbox itself raised, as FileNotFoundError)
     |    +-- SandboxTimeoutError (Strands SandboxTimeoutError)
     |    +-- SandboxPathNotFoundError (Strands SandboxPathNotFoundError)
     +-- StoreError (RuntimeError)
     |    +-- StorageError (Strands StorageError)
     |    +-- SessionError (Strands SessionException)
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

import functools
import inspect
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar, cast

from strands.sandbox import errors as sandbox_errors
from strands.types import exceptions as strands_exceptions
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


class MissingStreamError(StrandsTemporalError, RuntimeError):
    """An agent has a `streaming_topic`, and its workflow hosts no `WorkflowStream`."""


class SyncCallError(StrandsTemporalError, RuntimeError):
    """A sync call waits where a workflow cannot wait."""


class InterruptResponseError(StrandsTemporalError, KeyError, TypeError, ValueError):
    """An agent was resumed with answers that do not fit to its interrupts; nothing was applied, and all still wait."""

    __str__ = StrandsTemporalError.__str__  # KeyError's puts quotes around it


class ApprovalAnswerError(StrandsTemporalError, ValueError):
    """An answer to `Approvals` that names nothing pending, was answered before, or is malformed; nothing changed."""


class PayloadSizeError(StrandsTemporalError, ValueError):
    """What is to be carried into a new run is larger than the server takes; the message names its largest parts."""


class MCPServerError(StrandsTemporalError, RuntimeError):
    """An MCP server cannot be used: it is not there, or has refused what was asked; the message has its words."""


class SandboxError(StrandsTemporalError):
    """An operation of a `TemporalSandbox` failed for good; its words are the sandbox's own."""

    def __init__(self, message: str, *, type: str | None = None) -> None:
        """Create the error.

        Args:
            message: What went wrong.
            type: The error type that Temporal records; the class name by default.
        """
        super().__init__(message, type=type)
        self.args = (message,)  # without the type before it, for tools hand these words to the model

    __str__ = Exception.__str__


class SandboxTimeoutError(SandboxError, sandbox_errors.SandboxTimeoutError):
    """A command took longer than it may; it was killed.

    Attributes:
        stdout: What it had written by then.
        stderr: The same, of its errors.
    """

    def __init__(self, message: str, stdout: str = "", stderr: str = "") -> None:
        """Create the error."""
        SandboxError.__init__(self, message)
        self.stdout = stdout
        self.stderr = stderr


class SandboxPathNotFoundError(SandboxError, sandbox_errors.SandboxPathNotFoundError):
    """A path does not exist in the sandbox, or is none of a directory."""

    __init__ = SandboxError.__init__


class StoreError(StrandsTemporalError, RuntimeError):
    """An operation of a storage, a session repository or a memory store failed for good; the words are its own."""


class StorageError(StoreError, strands_exceptions.StorageError):
    """An operation of a `TemporalStorage` failed for good."""


class SessionError(StoreError, strands_exceptions.SessionException):
    """An operation of a `TemporalSessionRepository` failed for good."""


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

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")

_LENGTH = 200


def named(value: Any) -> str:
    """How a message names something that a user gave: a function or class by its qualified name, the rest as in code.

    Never by its address in memory, which says nothing to a reader and is another one in each replay.
    """
    if isinstance(value, functools.partial):
        return f"functools.partial({named(cast(Any, value).func)}, ...)"
    if isinstance(value, ModuleType):
        return f"<module {value.__name__!r}>"
    if isinstance(name := getattr(value, "__qualname__", None), str):
        return name
    try:
        text = _ADDRESS.sub("", repr(value))
    except Exception:
        text = f"<{type(value).__module__}.{type(value).__qualname__} object>"
    return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 1]}…"


F = TypeVar("F", bound=Callable[..., Any])


def refusing_wrong_arguments(function: F) -> F:
    """Have a public function fail the workflow on a missing or surplus argument, which is a plain TypeError else."""
    signature = inspect.signature(function)
    name = function.__qualname__.removesuffix(".__init__")

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            known = [each for each in signature.parameters.values() if each.name != "self"]
            names = ", ".join(str(each.replace(annotation=each.empty)) for each in known)
            raise InvalidArgumentError(f"{name}(...): {error}. Its arguments: {names}.") from error
        return function(*args, **kwargs)

    return cast(F, checked)
