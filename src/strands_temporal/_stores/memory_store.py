"""TemporalMemoryStore: a worker's memory store by its name, for Strands' memory manager."""

from __future__ import annotations

from typing import Any

from strands.memory import AddMessagesContext, ExtractionConfig, MemoryEntry, MemoryStore, SearchOptions
from strands.types.content import Message
from typing_extensions import Unpack

from .._errors import StoreError, refusing_wrong_arguments
from .._options import ActivityOptions
from . import wire
from .calls import StoreCalls


class TemporalMemoryStore(MemoryStore):
    """A memory store in a workflow: each operation is an activity on the one that a worker has under its name.

    For `MemoryManager(stores=[TemporalMemoryStore("notes")])`. What is found and added is recorded, so a replay does
    neither. For a store that extracts facts by itself use `TemporalMemoryStore.of_messages`.
    """

    @refusing_wrong_arguments
    def __init__(
        self,
        name: str,
        *,
        description: str | None = None,
        max_search_results: int | None = None,
        writable: bool = False,
        extraction: ExtractionConfig | bool | None = None,
        context: str | None = None,
        **options: Unpack[ActivityOptions],
    ) -> None:
        """Name a memory store; nothing is called yet.

        Args:
            name: Name of a store in the worker's `StrandsPlugin(memory_stores=...)`, and the one by which the agent's
                tools know it.
            description: What is in it, for the model.
            max_search_results: How many results a search has; Strands' default where it is None.
            writable: Whether something may be added; the worker's store must allow it too.
            extraction: When and how facts of the conversation are added by themselves, as for Strands' stores. An
                extractor's model is a `TemporalModel`; by default it is the agent's `aux_model`, or its model.
            context: What the store's factory is called with, as the user whose memory it is; nothing by default. It is
                recorded.
            **options: Options of the activities: `task_queue`, `schedule_to_close_timeout`,
                `schedule_to_start_timeout`, `start_to_close_timeout` (1 minute where neither it nor
                `schedule_to_close_timeout` is given), `heartbeat_timeout`, `retry_policy`, `cancellation_type`,
                `versioning_intent`, `summary`, `priority`. A retried addition may be stored twice, in stores that do
                not know it again.

        Raises:
            InvalidOptionError: The name or an option has a wrong name, type or value.
            InvalidArgumentError: An argument is missing.
            MissingPluginError: The worker of the workflow has no `StrandsPlugin`.
        """
        self._calls = StoreCalls(
            wire.MEMORY, name, options, owner="TemporalMemoryStore", option="memory_stores", error=StoreError
        )
        self.name = name
        self.description = description
        self.max_search_results = max_search_results
        self.writable = writable
        self.extraction = extraction
        self._context = context

    @staticmethod
    def of_messages(name: str, **arguments: Any) -> TemporalMemoryStore:
        """A store that takes messages as they are, with `add_messages`, and finds the facts in them by itself.

        Args:
            name: As for `TemporalMemoryStore`.
            **arguments: The same.

        Raises:
            InvalidOptionError: The name or an option has a wrong name, type or value.
            InvalidArgumentError: An argument is missing or one too many.
            MissingPluginError: The worker of the workflow has no `StrandsPlugin`.
        """
        return _OfMessages(name, **arguments)

    async def initialize(self) -> None:
        """See that the worker has the store; called while an agent is made.

        Raises:
            StoreError: It has not, or the store could not be prepared.
        """
        await self._call("initialize")

    async def search(self, query: str, options: SearchOptions | None = None) -> list[MemoryEntry]:
        """Search the store.

        Raises:
            StoreError: It failed for good.
        """
        found = await self._call("search", query=query, options=None if options is None else dict(options))
        return [MemoryEntry(each["content"], metadata=each["metadata"]) for each in found]

    async def add(self, content: str, metadata: dict[str, Any] | None = None) -> None:
        """Add something to the store.

        Raises:
            StoreError: It failed for good.
        """
        await self._call("add", content=content, metadata=metadata)

    async def _call(self, method: str, **fields: Any) -> Any:
        return await self._calls.call(method, {"context": self._context, **fields})


class _OfMessages(TemporalMemoryStore):
    """A store whose worker's has `add_messages`; Strands asks the class for it."""

    async def add_messages(self, messages: list[Message], context: AddMessagesContext | None = None) -> None:
        """Add messages to the store.

        Raises:
            StoreError: It failed for good.
        """
        numbers = None if context is None else context.sequence_numbers
        await self._call("add_messages", messages=messages, sequence_numbers=numbers)
