"""The workflow side of every store: one activity for each operation, recorded once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, is_cancelled_exception

from .. import _summaries
from .._errors import InvalidArgumentError, InvalidOptionError, StoreError, UnsupportedFeatureError, named
from .._model import codec
from .._model.failures import explain_timeout
from .._model.limits import OTHER_LIMIT, encoded_size
from .._options import NOT_REGISTERED, STORE_START_TO_CLOSE, Activity
from .._runtime.bridge import refuse_without_plugin, wait_for_activity
from .._runtime.read_only import refuse_in_read_only
from .._runtime.worker_parts import current_settings
from . import wire


class StoreCalls:
    """How the operations of one store are called."""

    def __init__(
        self, kind: str, name: Any, options: Mapping[str, Any], *, owner: str, option: str, error: type[StoreError]
    ) -> None:
        """Check what the user gave.

        Args:
            kind: What the store is.
            name: Its name.
            options: Activity options.
            owner: The class that the user made, for messages.
            option: The plugin's option that has such stores.
            error: What failures become.

        Raises:
            InvalidOptionError: The name or an option is wrong.
            MissingPluginError: The worker of the workflow has no `StrandsPlugin`.
        """
        refuse_without_plugin(owner, "its operations would wait for ever")
        if not isinstance(name, str) or not name:
            raise InvalidOptionError(f"{owner}(...) takes a name in StrandsPlugin({option}=...), not {named(name)}.")
        self.name = name
        self._kind = kind
        self._owner = owner
        self._option = option
        self._error = error
        given = Activity.of(options, owner=owner).with_defaults(start_to_close=STORE_START_TO_CLOSE)
        self._options = given.never_retrying(NOT_REGISTERED).values

    def now(self, method: str, fields: Mapping[str, Any], shown: str = "") -> Any:
        """An operation in sync code, which waits for it.

        Raises:
            SyncCallError: Where the workflow cannot wait.
            StoreError: It failed for good.
        """
        return wait_for_activity(f"{self._owner}.{method}(...)", lambda: self.call(method, fields, shown))

    async def call(self, method: str, fields: Mapping[str, Any], shown: str = "") -> Any:
        """An operation.

        Args:
            method: Its name.
            fields: What it is given.
            shown: What of it is seen in the Web UI.

        Returns:
            What the activity recorded.

        Raises:
            StoreError: It failed for good.
            UnsupportedFeatureError: Called outside of a workflow.
        """
        what = f"{self._owner}({self.name!r}).{method}(...)"
        if not workflow.in_workflow():
            raise UnsupportedFeatureError(
                f"{what} was called outside of a workflow. Use the object itself there, as the factory in "
                f"StrandsPlugin({self._option}=...) makes it."
            )
        refuse_in_read_only(what)
        try:
            request = wire.request(self.name, fields)
        except TypeError as error:
            raise InvalidArgumentError(f"{what}: {error}.") from error
        options: dict[str, Any] = dict(self._options)
        if "summary" not in options and not workflow.unsafe.is_replaying() and current_settings().summaries:
            options["summary"] = _summaries.of_sandbox(self.name, method, shown)
        if refused := self._refusal(what, request):
            request = wire.request(self.name, {"refused": refused})
            options["retry_policy"] = RetryPolicy(maximum_attempts=1)
        try:
            handle: Any = workflow.start_activity(wire.activity_name(self._kind, method), request, **options)
            return codec.decode(await handle)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise asyncio.CancelledError(f"{what} cancelled") from error
            raise self._failure(what, error) from error.cause

    def _failure(self, what: str, error: ActivityError) -> StoreError:
        cause = error.cause
        if isinstance(cause, TimeoutError):
            return self._error(f"{what} timed out: {explain_timeout(cause)}.", type="TimeoutError")
        if not isinstance(cause, ApplicationError):
            return self._error(f"{what} failed: {cause or error}", type=type(cause or error).__name__)
        if cause.type == NOT_REGISTERED:
            return self._error(
                f"{what} found no StrandsPlugin, or an older one, on the worker that took it. Give the workers of its "
                f"task queue StrandsPlugin({self._option}={{{self.name!r}: ...}}). The worker said: {cause.message}",
                type=NOT_REGISTERED,
            )
        return self._error(f"{what} failed: {cause.message}", type=cause.type)

    def _refusal(self, what: str, request: Any) -> str | None:
        """Why it must not be sent: it is recorded, so a replay under another limit goes the same way."""
        if (limit := current_settings().payload_limit) is None:
            return None
        if (size := encoded_size(workflow.payload_converter(), [request], limit)) <= limit:
            return None
        return f"{what} was not done: {size:,} bytes would be recorded, and {limit:,} are allowed. {OTHER_LIMIT}"
