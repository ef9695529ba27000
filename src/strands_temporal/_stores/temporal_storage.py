"""TemporalStorage: a worker's storage by its name, wherever Strands takes a storage."""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

from strands.storage import Storage
from strands.storage.storage import StorageSearchResult
from temporalio import workflow
from typing_extensions import Unpack

from .._errors import StorageError, refusing_wrong_arguments
from .._options import ActivityOptions
from .._sandbox.wire import content_field
from . import edits, wire
from .calls import StoreCalls
from .storage_operations import as_bytes

_KEPT = 8
"""Keys of which a workflow keeps what it has written last, so that it can write what is new."""


class TemporalStorage(Storage):
    """A storage in a workflow: each operation is an activity on the storage that a worker has under its name.

    For `SnapshotSessionManager`, `TemporalAgent(storage=...)`, `ContextOffloader`, `FileMemoryStore`, a context
    manager's stash, and workflow code.
    """

    @refusing_wrong_arguments
    def __init__(self, name: str, **options: Unpack[ActivityOptions]) -> None:
        """Name a storage; nothing is called yet.

        Args:
            name: Name of a storage in the worker's `StrandsPlugin(storages=...)`.
            **options: Options of the activities: `task_queue`, `schedule_to_close_timeout`,
                `schedule_to_start_timeout`, `start_to_close_timeout` (1 minute where neither it nor
                `schedule_to_close_timeout` is given), `heartbeat_timeout`, `retry_policy`, `cancellation_type`,
                `versioning_intent`, `summary`, `priority`.

        Raises:
            InvalidOptionError: The name or an option has a wrong name, type or value.
            InvalidArgumentError: An argument is missing.
            MissingPluginError: The worker of the workflow has no `StrandsPlugin`.
        """
        self._calls = StoreCalls(
            wire.STORAGE, name, options, owner="TemporalStorage", option="storages", error=StorageError
        )
        self._runs: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, bytes]] = WeakKeyDictionary()

    async def write(self, key: str, data: bytes) -> None:
        """Store data under a key, in place of what is there.

        Raises:
            StorageError: It could not be written, or is too large. It is Strands' `StorageError`.
        """
        data = bytes(data)
        written = self._written()
        base = written.pop(key, None)
        steps = None if base is None else edits.edit(base, data)
        if len(data) >= edits.WORTH_IT:
            written[key] = data
            while len(written) > _KEPT:
                del written[next(iter(written))]
        fields = whole = {"key": key, "data": content_field(data)}
        if base is not None and steps is not None:
            fields = {"key": key, "base": edits.digest(base), "digest": edits.digest(data), "steps": steps}
        # What is recorded says whether there was another write, for a replay may have other data.
        if await self._calls.call("write", fields, key) is not None:  # someone else has written there meanwhile
            await self._calls.call("write", whole, key)

    def _written(self) -> dict[str, bytes]:
        """What the running workflow has written last, by key."""
        loop = asyncio.get_running_loop() if workflow.in_workflow() else None
        return {} if loop is None else self._runs.setdefault(loop, {})

    async def read(self, key: str) -> bytes | None:
        """What is stored under a key; None if nothing.

        Raises:
            StorageError: It could not be read, or is too large.
        """
        found: Any = await self._calls.call("read", {"key": key}, key)
        return None if found is None else as_bytes(found["data"])

    async def delete(self, key: str) -> None:
        """Delete what is stored under a key, if anything is.

        Raises:
            StorageError: It could not be deleted.
        """
        await self._calls.call("delete", {"key": key}, key)

    async def list(self, query: str = "") -> list[str]:
        """The keys that begin with a prefix, in order.

        Raises:
            StorageError: They could not be listed.
        """
        return await self._calls.call("list", {"query": query}, query)

    async def search(self, query: Any) -> list[StorageSearchResult]:
        """Search as the worker's storage does.

        Raises:
            StorageError: It could not be searched.
        """
        found: Any = await self._calls.call("search", {"query": query})
        return [
            StorageSearchResult(each["key"], each["score"], as_bytes(each["data"]) if "data" in each else None)
            for each in found
        ]
