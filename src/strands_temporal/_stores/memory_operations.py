"""The operations of a memory store on the worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strands.memory import AddMessagesContext


async def run(store: Any, method: str, fields: Mapping[str, Any]) -> Any:
    """Do one operation.

    Args:
        store: The store.
        method: Which.
        fields: What it is given.

    Returns:
        Values of JSON; nothing of what a store returns for something added, for nobody reads it.
    """
    if method == "initialize":
        return None  # it was done when the worker made the store
    if method == "search":
        found = await store.search(fields["query"], fields.get("options"))
        return [{"content": each.content, "metadata": each.metadata} for each in found]
    if method == "add":
        await store.add(fields["content"], fields.get("metadata"))
        return None
    context = AddMessagesContext(sequence_numbers=fields.get("sequence_numbers"))
    await store.add_messages(fields["messages"], context)
    return None
