"""The activities that do with a worker's stores what its workflows ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from strands.types.exceptions import SessionException, StorageError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from .._failures import describe, to_failure
from .._model import codec
from .._model.limits import OTHER_LIMIT, TOO_LARGE, encoded_size
from .._settings import WorkerSettings
from . import memory_operations, session_operations, storage_operations, wire
from .registry import Stores


class StoreActivities:
    """The activities of one worker's stores."""

    def __init__(self, stores: Stores, settings: WorkerSettings) -> None:
        """Create the activities.

        Args:
            stores: The worker's stores.
            settings: The worker's settings.
        """
        self._stores = stores
        self._settings = settings

    def activities(self) -> list[Callable[..., Any]]:
        """What to register on the worker."""
        return [self._activity(kind, method) for kind, methods in wire.METHODS.items() for method in methods]

    def _activity(self, kind: str, method: str) -> Callable[..., Any]:
        @activity.defn(name=wire.activity_name(kind, method))
        async def run(request: dict[str, Any]) -> Any:
            return await self._run(kind, method, request)

        return run

    async def _run(self, kind: str, method: str, request: Mapping[str, Any]) -> Any:
        fields: dict[str, Any] = codec.decode(dict(request))
        if (refused := fields.get("refused")) is not None:
            raise ApplicationError(refused, type=TOO_LARGE, non_retryable=True)
        try:
            result = codec.encode(await self._do(kind, method, fields))
        except Exception as error:
            said = _says_it(error)
            kind = type(error).__name__
            raise to_failure(said, message=describe(error, kind), type=kind) from error
        limit = self._settings.payload_limit
        if limit is not None and (size := encoded_size(activity.payload_converter(), [result], limit)) > limit:
            raise ApplicationError(
                f"What {method} gave is too large to be recorded: {size:,} bytes, and {limit:,} are allowed. Keep less "
                f"in it, or {OTHER_LIMIT}",
                type=TOO_LARGE,
                non_retryable=True,
            )
        return result

    async def _do(self, kind: str, method: str, fields: Mapping[str, Any]) -> Any:
        context = fields["session_id"] if kind == wire.SESSION else fields.get("context")
        store = await self._stores.get(kind, fields["store"], context)
        if kind == wire.STORAGE:
            return await storage_operations.run(store.value, method, fields)
        if kind == wire.MEMORY:
            return await memory_operations.run(store.value, method, fields)
        async with store.lock:
            again = activity.info().attempt > 1
            return await asyncio.to_thread(session_operations.run, store.value, method, fields, again=again)


def _says_it(error: Exception) -> Exception:
    """What tells whether to try again: behind Strands' own exceptions, what the file system or S3 has raised."""
    cause = error.__cause__
    return cause if isinstance(error, SessionException | StorageError) and isinstance(cause, Exception) else error
